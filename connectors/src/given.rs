//! Settings of a connector as a host gives them: a URI, or JSON with the same keys.

use std::env;

use careline::{Error, ErrorKind, Result};
use secrecy::SecretString;
use serde_json::{Map, Value};

/// How a value begins that stands in an environment variable.
const FROM_ENV: &str = "env:";
/// What is wrong with a variable that holds nothing.
pub(crate) const NOT_SET: &str = "the environment variable it names is not set";

/// A value itself, or what the environment variable holds that it names.
///
/// # Errors
/// The variable's name, if it holds nothing.
pub(crate) fn looked_up(value: String) -> Result<String, String> {
    let Some(name) = value.strip_prefix(FROM_ENV) else { return Ok(value) };
    env::var(name).ok().filter(|held| !held.is_empty()).ok_or_else(|| name.to_owned())
}

/// Settings, taken key by key. What nobody takes is a mistake.
///
/// A value `env:NAME` stands for what the environment variable `NAME` holds.
#[derive(Debug)]
pub(crate) struct Given {
    network: String,
    values: Map<String, Value>,
    /// The keys asked for, for whoever wrote another one.
    asked: Vec<&'static str>,
    /// Whether they came as a URI, which is written down in more places than a secret should be.
    from_uri: bool,
}

impl Given {
    /// Reads `network:?key=value&key=value` or `network://host?…`.
    ///
    /// Values are percent-decoded; several of one key are a list.
    pub(crate) fn from_uri(uri: &str) -> Result<Self> {
        // Nothing of the URI is repeated: it may hold what should not stand in a URI.
        let wrong = || {
            invalid(
                "this is no URI of a connector; write `network:?key=value`, such as `x:?consumer_secrets=env:X_SECRET`",
            )
        };
        let parsed = url::Url::parse(uri).map_err(|_| wrong())?;
        let mut values = Map::new();
        if let Some(host) = parsed.host_str() {
            let port = parsed.port().map(|port| format!(":{port}")).unwrap_or_default();
            values.insert("host".to_owned(), format!("{host}{port}").into());
        }
        for (key, value) in parsed.query_pairs() {
            let value = Value::from(value.into_owned());
            match values.remove(&*key) {
                None => values.insert(key.into_owned(), value),
                Some(Value::Array(mut several)) => {
                    several.push(value);
                    values.insert(key.into_owned(), several.into())
                }
                Some(first) => values.insert(key.into_owned(), vec![first, value].into()),
            };
        }
        Ok(Self { network: parsed.scheme().to_owned(), values, asked: Vec::new(), from_uri: true })
    }

    /// Reads a URI, or an object with the key `network` and the settings beside it.
    pub(crate) fn from_value(value: &Value) -> Result<Self> {
        match value {
            Value::String(uri) => Self::from_uri(uri),
            Value::Object(values) => {
                let mut given =
                    Self { network: String::new(), values: values.clone(), asked: Vec::new(), from_uri: false };
                given.network = given.text("network")?;
                Ok(given)
            }
            _ => Err(invalid("a connector's settings are a URI or an object with `network`")),
        }
    }

    /// The network they are for.
    pub(crate) fn network(&self) -> &str {
        &self.network
    }

    pub(crate) fn text(&mut self, key: &'static str) -> Result<String> {
        self.maybe_text(key)?.ok_or_else(|| self.wrong(key, "it is missing"))
    }

    pub(crate) fn maybe_text(&mut self, key: &'static str) -> Result<Option<String>> {
        match self.take(key) {
            None => Ok(None),
            Some(Value::String(text)) => self.looked_up(key, text).map(Some),
            Some(_) => Err(self.wrong(key, "a text is expected")),
        }
    }

    pub(crate) fn texts(&mut self, key: &'static str) -> Result<Vec<String>> {
        let given = match self.take(key) {
            None => return Ok(Vec::new()),
            Some(Value::Array(several)) => several,
            Some(one) => vec![one],
        };
        let mut texts = Vec::new();
        for value in given {
            let Value::String(text) = value else { return Err(self.wrong(key, "a list of texts is expected")) };
            texts.push(self.looked_up(key, text)?);
        }
        Ok(texts)
    }

    pub(crate) fn flag(&mut self, key: &'static str) -> Result<bool> {
        match self.take(key) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(Value::String(text)) if text == "true" || text == "false" => Ok(text == "true"),
            Some(_) => Err(self.wrong(key, "`true` or `false` is expected")),
        }
    }

    pub(crate) fn secret(&mut self, key: &'static str) -> Result<SecretString> {
        self.maybe_secret(key)?.ok_or_else(|| self.wrong(key, "it is missing"))
    }

    pub(crate) fn maybe_secret(&mut self, key: &'static str) -> Result<Option<SecretString>> {
        self.no_secret_in_uri(key)?;
        Ok(self.maybe_text(key)?.map(Into::into))
    }

    /// Several secrets, of which one value may hold two with a comma between, as during a rotation.
    pub(crate) fn secrets(&mut self, key: &'static str) -> Result<Vec<SecretString>> {
        self.no_secret_in_uri(key)?;
        let texts = self.texts(key)?;
        let secrets: Vec<SecretString> =
            texts.iter().flat_map(|text| text.split(',')).map(str::trim).map(|text| text.to_owned().into()).collect();
        if secrets.is_empty() { Err(self.wrong(key, "it is missing")) } else { Ok(secrets) }
    }

    /// Refuses keys that nobody asked for.
    pub(crate) fn finish(self) -> Result<()> {
        match self.values.keys().next() {
            None => Ok(()),
            Some(key) => {
                let known = self.asked.iter().filter(|key| **key != "network").copied().collect::<Vec<_>>().join(", ");
                Err(self.error("there is no such setting").with("setting", key).with("settings", known))
            }
        }
    }

    fn take(&mut self, key: &'static str) -> Option<Value> {
        self.asked.push(key);
        self.values.remove(key).filter(|value| !value.is_null())
    }

    fn looked_up(&self, key: &'static str, text: String) -> Result<String> {
        looked_up(text).map_err(|variable| self.wrong(key, NOT_SET).with("variable", variable))
    }

    fn no_secret_in_uri(&self, key: &'static str) -> Result<()> {
        let plain = |value: &Value| value.as_str().is_some_and(|text| !text.starts_with(FROM_ENV));
        let stands_there = match self.values.get(key) {
            Some(Value::Array(several)) => several.iter().any(plain),
            Some(value) => plain(value),
            None => false,
        };
        match self.from_uri && stands_there {
            true => Err(self.wrong(key, "no secret stands in a URI; write `env:NAME`, or give an object instead")),
            false => Ok(()),
        }
    }

    /// What is wrong with a setting.
    pub(crate) fn wrong(&self, key: &'static str, reason: &str) -> Error {
        self.error(reason).with("setting", key)
    }

    fn error(&self, reason: &str) -> Error {
        let error = invalid(reason);
        if self.network.is_empty() { error } else { error.with("network", &self.network) }
    }
}

fn invalid(reason: &str) -> Error {
    Error::new(ErrorKind::ConfigInvalid, reason)
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_uri_and_an_object_say_the_same() {
        let mut uri = Given::from_uri("mastodon://social.example:8443?handle=acme&tag=a&tag=b%20c&on=true").unwrap();
        let object = json!({"network": "mastodon", "host": "social.example:8443", "handle": "acme", "tag": ["a", "b c"], "on": true});
        let mut object = Given::from_value(&object).unwrap();
        for given in [&mut uri, &mut object] {
            assert_eq!(given.network(), "mastodon");
            assert_eq!(given.text("host").unwrap(), "social.example:8443");
            assert_eq!(given.text("handle").unwrap(), "acme");
            assert_eq!(given.texts("tag").unwrap(), ["a", "b c"]);
            assert!(given.flag("on").unwrap());
            assert_eq!(given.maybe_text("none").unwrap(), None);
        }
        uri.finish().unwrap();
        object.finish().unwrap();
    }

    #[test]
    fn secrets_come_from_the_environment_or_an_object_and_stand_in_no_error() {
        let path = std::env::var("PATH").unwrap();
        let mut given = Given::from_uri("x:?token=env:PATH").unwrap();
        assert_eq!(given.secret("token").unwrap().expose_secret(), path);
        let mut given =
            Given::from_value(&json!({"network": "x", "token": "hush", "several": ["one, two", "three"]})).unwrap();
        assert_eq!(given.secret("token").unwrap().expose_secret(), "hush");
        assert_eq!(given.secrets("several").unwrap().len(), 3);
        for uri in [
            "x:?token=hush",
            "x:?token=env:CARELINE_NOT_SET_ANYWHERE",
            "x:?other=hush",
            "hush",
            "",
            "x:?token=hush&token=hush",
        ] {
            let error = Given::from_uri(uri).and_then(|mut given| given.secret("token")).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ConfigInvalid, "{uri}");
            assert!(!format!("{error:?}").contains("hush"), "{error:?}");
        }
    }

    #[test]
    fn a_setting_nobody_knows_is_told_with_those_there_are() {
        let mut given = Given::from_uri("x:?handel=acme").unwrap();
        assert_eq!(given.maybe_text("handle").unwrap(), None);
        let error = given.finish().unwrap_err().to_string();
        assert!(error.contains("setting=handel") && error.contains("settings=handle"), "{error}");
        for value in [json!(5), json!({}), json!({"network": 5}), json!(null)] {
            assert_eq!(Given::from_value(&value).unwrap_err().kind(), ErrorKind::ConfigInvalid, "{value}");
        }
    }
}
