//! The JSON schema of a config file, for editors that complete and check while one types.
//!
//! Owns: the schema, put together from the table of settings. Does not own: the check itself (`value`).

use std::borrow::Cow;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value as Json, json};

use super::settings::{SETTINGS, Setting, sections};
use super::validated::Config;
use super::value::Value;
use super::values::{
    Allow, Background, Bits, ByteCount, Count, Effort, Existing, FormatChoice, Grace, Gray, MaxFailures,
    Memory, Metadata, OnErrorPolicy, Order, PixelCount, ProgressKind, Quality, QueueCapacity, Subsampling,
    Window, Workers,
};

/// The JSON schema of `pipeline.toml`, as JSON text.
#[must_use]
pub fn schema() -> String {
    let settings = SchemaSettings::draft2020_12();
    let dialect = settings.meta_schema.clone();
    let mut generator = settings.into_generator();
    let mut properties = section("", &mut generator);
    for name in sections() {
        let keys = section(name, &mut generator);
        properties.insert(
            name.to_owned(),
            json!({"type": "object", "additionalProperties": false, "properties": keys}),
        );
    }
    let root = json!({
        "$schema": dialect,
        "title": "pipeline.toml",
        "description": "What `pipeline` reads, does and writes",
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
        "$defs": generator.take_definitions(true),
    });
    format!("{root:#}\n")
}

fn section(name: &str, generator: &mut SchemaGenerator) -> Map<String, Json> {
    let defaults = Config::default();
    let members = SETTINGS.iter().filter(|setting| setting.section() == name);
    members.map(|setting| (setting.leaf().to_owned(), property(setting, &defaults, generator))).collect()
}

fn property(setting: &Setting, defaults: &Config, generator: &mut SchemaGenerator) -> Json {
    let mut schema = setting.schema(generator);
    schema.insert("description".to_owned(), setting.doc.into());
    if let Some(default) = setting.to_toml(defaults).as_deref().and_then(to_json) {
        schema.insert("default".to_owned(), default);
    }
    schema.to_value()
}

fn to_json(value: &str) -> Option<Json> {
    let mut table: toml::Table = format!("value = {value}").parse().ok()?;
    serde_json::to_value(table.remove("value")?).ok()
}

/// Types with a few words: one `const` a word, with its sentence.
macro_rules! choices {
    ($($type:ident),+) => {$(
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                let word = |(word, doc): &(&str, &str)| json!({"const": word, "description": doc});
                json_schema!({"oneOf": <$type as Value>::WORDS.iter().map(word).collect::<Vec<_>>()})
            }
        }
    )+};
}

choices!(Gray, FormatChoice, Subsampling, Effort, Existing, Order, OnErrorPolicy, ProgressKind);

macro_rules! described {
    ($($type:ident = $schema:tt;)+) => {$(
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    )+};
}

described! {
    Workers = {"oneOf": [{"type": "integer", "minimum": 1, "maximum": (Self::CAP)}, {"const": "auto"}]};
    QueueCapacity = {"type": "integer", "minimum": 0, "maximum": (Self::CAP)};
    Window = {"oneOf": [{"type": "integer", "minimum": 1, "maximum": (Self::CAP)}, {"const": "auto"}]};
    MaxFailures = {"oneOf": [{"type": "integer", "minimum": 0}, {"const": "none"}]};
    Grace = {"type": "integer", "minimum": 0, "maximum": (Self::CAP)};
    Quality = {"oneOf": [{"type": "integer", "minimum": 1, "maximum": 100}, {"const": "keep"}]};
    Bits = {"enum": [1, "auto"]};
    ByteCount = {"type": ["integer", "string"], "minimum": 1, "pattern": "^[0-9]+ ?([kKmMgGtT][iI]?)?[bB]$"};
    PixelCount = {"type": ["integer", "string"], "minimum": 1, "pattern": "^[0-9]+ ?[kKmMgG]?[pP]$"};
    Memory = {"type": ["integer", "string"], "minimum": 1, "pattern": "^([0-9]+ ?([kKmMgGtT][iI]?)?[bB]|auto)$"};
    Count = {"type": "integer", "minimum": 1, "maximum": (u32::MAX)};
    Allow = {"type": "string", "pattern": "^(all|[a-z]+(, *[a-z]+)*)$"};
    Metadata = {"type": "string", "pattern": "^(keep|strip|(exif|icc|xmp|orientation)(, *(exif|icc|xmp|orientation))*)$"};
    Background = {"type": "string", "pattern": "^(white|black|gray|#([0-9a-fA-F]{3}){1,2})$"};
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_in_the_schema_with_its_sentence() {
        let schema: Json = serde_json::from_str(&schema()).unwrap();
        for setting in SETTINGS {
            let place = match setting.section() {
                "" => format!("/properties/{}", setting.leaf()),
                section => format!("/properties/{section}/properties/{}", setting.leaf()),
            };
            let property = schema.pointer(&place).unwrap();
            assert_eq!(property["description"], setting.doc, "{place}");
        }
    }

    #[test]
    fn unknown_keys_are_refused_at_every_level() {
        let schema: Json = serde_json::from_str(&schema()).unwrap();
        assert_eq!(schema["additionalProperties"], false);
        assert_eq!(schema["properties"]["read"]["additionalProperties"], false);
    }

    #[test]
    fn defaults_are_shown() {
        let schema: Json = serde_json::from_str(&schema()).unwrap();
        assert_eq!(schema.pointer("/properties/convert/properties/ops/default"), Some(&json!(["gray"])));
        assert_eq!(schema.pointer("/properties/read/properties/queue/default"), Some(&json!(64)));
    }
}
