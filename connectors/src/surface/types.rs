//! Every type that a verb, a body or a text may lead to.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use careline::engage::compose::Composed;
use careline::intake::Parsed;
use careline::model::{Assessment, Inbound};
use careline::reflect::{Kind, OpenEnum, Reflected, Shape, Union};

use super::{ENGINE, Measured, TENANT, WebhookAnswer};

/// The types of everything that bindings hand out, each once, in order of their names.
#[derive(Debug, Default)]
pub struct Types {
    /// Records.
    pub records: Vec<&'static Shape>,
    /// Unions of records.
    pub unions: Vec<&'static Union>,
    /// Open enums.
    pub enums: Vec<&'static OpenEnum>,
}

/// Every type there is.
pub fn types() -> Types {
    let mut types = Types::default();
    for kind in
        [Parsed::kind(), Assessment::kind(), Inbound::kind(), WebhookAnswer::kind(), Measured::kind(), Composed::kind()]
    {
        types.add(kind);
    }
    for verb in TENANT.iter().chain(ENGINE) {
        types.add((verb.answer)());
        verb.arguments.iter().for_each(|argument| types.add((argument.kind)()));
    }
    types.records.sort_by_key(|shape| shape.name);
    types.unions.sort_by_key(|union| union.name);
    types.enums.sort_by_key(|open| open.name);
    types
}

/// Every record type there is, by name; gathered once.
pub fn shapes() -> &'static BTreeMap<&'static str, &'static Shape> {
    static SHAPES: LazyLock<BTreeMap<&'static str, &'static Shape>> =
        LazyLock::new(|| types().records.into_iter().map(|shape| (shape.name, shape)).collect());
    &SHAPES
}

/// The record type of this name, if there is one.
pub fn shape(name: &str) -> Option<&'static Shape> {
    shapes().get(name).copied()
}

impl Types {
    fn add(&mut self, kind: Kind) {
        match kind {
            Kind::Option(inner) | Kind::List(inner) | Kind::Map(inner) | Kind::Page(inner) => self.add(*inner),
            Kind::Enum(open) if !self.enums.iter().any(|known| known.name == open.name) => self.enums.push(open),
            Kind::Record(shape) if !self.records.iter().any(|known| known.name == shape.name) => {
                self.records.push(shape);
                shape.fields.iter().for_each(|field| self.add((field.kind)()));
            }
            Kind::Union(union) if !self.unions.iter().any(|known| known.name == union.name) => {
                self.unions.push(union);
                union.arms.iter().for_each(|(_, kind)| self.add(kind()));
            }
            _ => {}
        }
    }
}
