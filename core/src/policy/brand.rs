//! Who we are and where.

use compact_str::format_compact;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{Account, AccountId, NativeAccount, NetworkName, TeamId};

/// No brand's name, and no term to look for, has more characters: to get ready for one that repeats itself takes time
/// that grows with the square of its length.
pub const LONGEST_TERM: usize = 200;

/// Who we are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Brand {
    /// The brand's name, of at most 200 characters; also the first listening term.
    pub name: String,
    /// The language assumed where none can be told, as a BCP 47 tag.
    #[serde(default = "english")]
    pub language: String,
}

pub(super) fn english() -> String {
    "en".to_owned()
}

/// One of our accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountRule {
    /// The name everything else uses for it.
    pub id: AccountId,
    /// The network: `x`, `facebook`, `mastodon`, `bluesky`, or one the host brings a connector for.
    pub network: String,
    /// The account's id on the network, where it is known beforehand; webhooks name accounts by it.
    #[serde(default)]
    pub native_id: Option<String>,
    /// The server, for networks that have many: `social.example`.
    #[serde(default)]
    pub host: Option<String>,
    /// The handle, with or without `@`.
    #[serde(default)]
    pub handle: Option<String>,
    /// The team that answers for it unless a team's own rules say more.
    #[serde(default)]
    pub team: Option<TeamId>,
}

impl AccountRule {
    /// The account as messages and events name it.
    ///
    /// The native id stays empty while the policy does not tell it: the connector's check does.
    pub(super) fn account(&self) -> Account {
        let native_id = self.native_id.as_deref().unwrap_or_default();
        let host = self.host.as_deref().unwrap_or_default().to_ascii_lowercase();
        // Where there are many servers, ids are local to one of them.
        let native_id = match host.is_empty() || native_id.is_empty() || native_id.contains('/') {
            true => native_id.into(),
            false => format_compact!("{host}/{native_id}"),
        };
        Account {
            id: self.id.clone(),
            handle: self.handle.as_deref().unwrap_or_default().trim_start_matches('@').to_owned(),
            scope: match self.network.as_str() {
                // Facebook's ids of people, the page among them, hold for one page.
                "facebook" => format_compact!("facebook:{native_id}"),
                network if host.is_empty() => network.into(),
                _ => host.as_str().into(),
            },
            native: NativeAccount::new(NetworkName::from(self.network.as_str()), native_id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(toml: &str) -> Account {
        toml::from_str::<AccountRule>(toml).unwrap().account()
    }

    #[test]
    fn accounts_are_named_as_their_networks_name_them() {
        let x = account("id = 'x'\nnetwork = 'x'\nnative_id = '7'\nhandle = '@acme'");
        assert_eq!((x.native.native_id.as_str(), x.scope.as_str(), x.handle.as_str()), ("7", "x", "acme"));
        let page = account("id = 'page'\nnetwork = 'facebook'\nnative_id = '1055'");
        assert_eq!((page.native.native_id.as_str(), page.scope.as_str()), ("1055", "facebook:1055"));
        for native_id in ["12", "social.example/12"] {
            let toot = format!("id = 't'\nnetwork = 'mastodon'\nhost = 'Social.example'\nnative_id = '{native_id}'");
            let toot = account(&toot);
            assert_eq!((toot.native.native_id.as_str(), toot.scope.as_str()), ("social.example/12", "social.example"));
        }
    }
}
