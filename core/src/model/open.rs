//! Enums that are strings on the outside and keep values they do not know.

/// Declares an enum whose JSON form is a string and whose `Other` arm keeps an unknown value unchanged.
macro_rules! open_enum {
    ($(#[doc = $doc:literal])* $name:ident { $($(#[doc = $arm_doc:literal])* $arm:ident = $text:literal),+ $(,)? }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[doc = $arm_doc])* $arm,)+
            /// A value this version of careline has no name for; kept as it came.
            Other(compact_str::CompactString),
        }

        impl $name {
            /// Every value that has a name, in order.
            pub const KNOWN: &'static [&'static str] = &[$($text),+];

            /// The string form.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$arm => $text,)+
                    Self::Other(text) => text,
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$arm,)+
                    other => Self::Other(other.into()),
                }
            }
        }

        #[cfg(feature = "reflect")]
        impl crate::reflect::Reflected for $name {
            fn kind() -> crate::reflect::Kind {
                const OPEN: &crate::reflect::OpenEnum = &crate::reflect::OpenEnum {
                    name: stringify!($name),
                    doc: concat!($($doc, "\n"),*),
                    known: &[$(($text, concat!($($arm_doc, "\n"),*))),+],
                };
                crate::reflect::Kind::Enum(OPEN)
            }
            fn view(&self) -> crate::reflect::View<'_> {
                crate::reflect::View::Text(self.as_str())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Text;
                impl serde::de::Visitor<'_> for Text {
                    type Value = $name;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("a string")
                    }
                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$name, E> {
                        Ok($name::from(text))
                    }
                }
                deserializer.deserialize_str(Text)
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "examples": [$($text),+] })
            }
        }
    };
}

pub(crate) use open_enum;

#[cfg(test)]
mod tests {
    use crate::model::Surface;

    #[test]
    fn unknown_values_survive_a_round_trip() {
        let json = r#""hologram""#;
        let surface: Surface = serde_json::from_str(json).unwrap();
        assert_eq!(surface, Surface::Other("hologram".into()));
        assert_eq!(serde_json::to_string(&surface).unwrap(), json);
    }

    #[test]
    fn every_known_name_reads_back_as_itself() {
        for name in Surface::KNOWN {
            assert_eq!(Surface::from(*name).as_str(), *name);
            assert!(!matches!(Surface::from(*name), Surface::Other(_)));
        }
    }
}
