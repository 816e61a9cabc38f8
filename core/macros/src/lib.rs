//! `#[derive(Reflect)]`: lets bindings to other languages read a type of careline's model by its own declaration.
//!
//! Used by the crate `careline` alone, with its feature `reflect`; see `careline::reflect`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Data, DeriveInput, Error, Expr, ExprLit, Fields, Lit, Meta, Result, Type};

/// Implements `careline::reflect::Reflect` for a struct with named fields, and `Reflected` for it and for an enum whose
/// arms each hold one value. `#[reflect(text_with = path)]` and `#[reflect(message_with = path)]` name functions that tell
/// which text the spans inside mark.
///
/// Documentation comments become the documentation in other languages. Of serde's attributes it minds
/// `skip_serializing_if`, which makes a field optional, and `tag` of an enum.
#[proc_macro_derive(Reflect, attributes(reflect))]
pub fn reflect(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = syn::parse_macro_input!(input as DeriveInput);
    expand(&input).unwrap_or_else(Error::into_compile_error).into()
}

fn expand(input: &DeriveInput) -> Result<TokenStream> {
    match &input.data {
        Data::Struct(data) => record(input, &data.fields),
        Data::Enum(data) => union(input, data),
        Data::Union(_) => Err(Error::new_spanned(input, "no union can be reflected")),
    }
}

fn record(input: &DeriveInput, fields: &Fields) -> Result<TokenStream> {
    let name = &input.ident;
    let (text, doc) = (name.to_string(), doc(&input.attrs));
    let Fields::Named(fields) = fields else {
        return Err(Error::new_spanned(input, "only named fields can be reflected"));
    };
    let fields: Vec<_> = fields.named.iter().filter(|field| matches!(field.vis, syn::Visibility::Public(_))).collect();
    let described = fields.iter().map(|field| {
        let (name, ty) = (field.ident.as_ref().map(ToString::to_string), &field.ty);
        let (doc, optional) = (self::doc(&field.attrs), is_skipped(&field.attrs));
        quote! {
            ::careline::reflect::Field {
                name: #name, doc: #doc, kind: <#ty as ::careline::reflect::Reflected>::kind, optional: #optional,
            }
        }
    });
    let viewed = fields.iter().enumerate().map(|(at, field)| {
        let ident = &field.ident;
        quote! { #at => ::careline::reflect::Reflected::view(&self.#ident) }
    });
    // Spans mark the text of whoever holds them, or of the message they are about.
    let text_fn = function(&input.attrs, "text_with").map(|path| {
        quote! {
            fn text_about(&self, message: Option<&::careline::model::MessageId>) -> Option<&str> {
                #path(self, message)
            }
        }
    });
    let message_fn = function(&input.attrs, "message_with").map(|path| {
        quote! {
            fn about(&self) -> Option<&::careline::model::MessageId> {
                #path(self)
            }
        }
    });
    Ok(quote! {
        impl ::careline::reflect::Reflect for #name {
            fn shape(&self) -> &'static ::careline::reflect::Shape {
                <Self as ::careline::reflect::Shaped>::SHAPE
            }
            fn field(&self, at: usize) -> ::careline::reflect::View<'_> {
                match at {
                    #(#viewed,)*
                    _ => ::careline::reflect::View::Absent,
                }
            }
            fn to_json(&self) -> Vec<u8> {
                ::careline::reflect::written(self)
            }
            fn as_any(&self) -> &dyn std::any::Any {
                self
            }
            #text_fn
            #message_fn
            fn is_same(&self, other: &dyn ::careline::reflect::Reflect) -> bool {
                other.as_any().downcast_ref::<Self>().is_some_and(|other| self == other)
            }
        }
        impl ::careline::reflect::Shaped for #name {
            const SHAPE: &'static ::careline::reflect::Shape = &::careline::reflect::Shape {
                name: #text, doc: #doc, fields: &[#(#described),*],
                read: ::careline::reflect::read::<#name>,
            };
        }
        impl ::careline::reflect::Reflected for #name {
            fn kind() -> ::careline::reflect::Kind {
                ::careline::reflect::Kind::Record(<Self as ::careline::reflect::Shaped>::SHAPE)
            }
            fn view(&self) -> ::careline::reflect::View<'_> {
                ::careline::reflect::View::Record(self)
            }
        }
    })
}

fn union(input: &DeriveInput, data: &syn::DataEnum) -> Result<TokenStream> {
    let name = &input.ident;
    let (text, doc) = (name.to_string(), doc(&input.attrs));
    let tag = serde_word(&input.attrs, "tag")
        .ok_or_else(|| Error::new_spanned(input, "a reflected enum needs `#[serde(tag = \"…\")]`"))?;
    let (mut described, mut viewed) = (Vec::new(), Vec::new());
    for (at, arm) in data.variants.iter().enumerate() {
        let Fields::Unnamed(fields) = &arm.fields else {
            return Err(Error::new_spanned(arm, "an arm of a reflected enum holds one struct"));
        };
        let ty = unboxed(&fields.unnamed[0].ty);
        let (ident, tag) = (&arm.ident, snake_case(&arm.ident.to_string()));
        described.push(quote! { (#tag, <#ty as ::careline::reflect::Reflected>::kind) });
        viewed.push(quote! { #name::#ident(value) => ::careline::reflect::View::Variant(#at, value) });
    }
    Ok(quote! {
        impl ::careline::reflect::Reflected for #name {
            fn kind() -> ::careline::reflect::Kind {
                const UNION: &::careline::reflect::Union =
                    &::careline::reflect::Union { name: #text, doc: #doc, tag: #tag, arms: &[#(#described),*] };
                ::careline::reflect::Kind::Union(UNION)
            }
            fn view(&self) -> ::careline::reflect::View<'_> {
                match self { #(#viewed),* }
            }
        }
    })
}

/// `T` of `Box<T>`; else the type itself.
fn unboxed(ty: &Type) -> &Type {
    let Type::Path(path) = ty else { return ty };
    let Some(last) = path.path.segments.last().filter(|last| last.ident == "Box") else { return ty };
    match &last.arguments {
        syn::PathArguments::AngleBracketed(inner) => match inner.args.first() {
            Some(syn::GenericArgument::Type(inner)) => inner,
            _ => ty,
        },
        _ => ty,
    }
}

fn doc(attrs: &[Attribute]) -> String {
    let lines = attrs.iter().filter_map(|attr| match &attr.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value().trim().to_owned()),
            _ => None,
        },
        _ => None,
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Whether serde leaves the field out where it says nothing.
fn is_skipped(attrs: &[Attribute]) -> bool {
    serde_word(attrs, "skip_serializing_if").is_some()
}

/// The text that `#[serde(word = "text")]` gives.
fn serde_word(attrs: &[Attribute], word: &str) -> Option<String> {
    let mut found = None;
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("serde")) {
        let _ = attr.parse_nested_meta(|meta| {
            if let Ok(value) = meta.value() {
                let text: Lit = value.parse()?;
                if let (true, Lit::Str(text)) = (meta.path.is_ident(word), text) {
                    found = Some(text.value());
                }
            }
            Ok(())
        });
    }
    found
}

/// The function that `#[reflect(word = path)]` names.
fn function(attrs: &[Attribute], word: &str) -> Option<syn::Path> {
    let mut found = None;
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("reflect")) {
        let _ = attr.parse_nested_meta(|meta| {
            if let (Ok(value), true) = (meta.value(), meta.path.is_ident(word)) {
                found = Some(value.parse()?);
            }
            Ok(())
        });
    }
    found
}

/// `AccountChange` as `account_change`.
fn snake_case(name: &str) -> String {
    let mut text = String::new();
    for (at, letter) in name.chars().enumerate() {
        if letter.is_uppercase() && at > 0 {
            text.push('_');
        }
        text.extend(letter.to_lowercase());
    }
    text
}
