//! Records the statements that a store executes, for benches that run the very same ones alone.

use std::sync::Mutex;
use std::sync::PoisonError;

use rusqlite::ToSql;
use rusqlite::types::{ToSqlOutput, Value};

/// Statements in order, each with its values.
pub type Statements = Vec<(String, Vec<Value>)>;

/// Takes notes while it is on.
#[derive(Debug, Default)]
pub(crate) struct Recording {
    statements: Mutex<Option<Statements>>,
}

impl Recording {
    pub(crate) fn start(&self) {
        *self.lock() = Some(Vec::new());
    }

    pub(crate) fn take(&self) -> Statements {
        self.lock().take().unwrap_or_default()
    }

    pub(crate) fn note(&self, sql: &str, params: &[&dyn ToSql]) {
        if let Some(statements) = &mut *self.lock() {
            let values = params.iter().map(|param| match param.to_sql() {
                Ok(ToSqlOutput::Borrowed(value)) => Value::try_from(value).unwrap_or(Value::Null),
                Ok(ToSqlOutput::Owned(value)) => value,
                _ => Value::Null,
            });
            statements.push((sql.to_owned(), values.collect()));
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Statements>> {
        self.statements.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
