//! The statements of a run, executed alone: the same ones, prepared once, with the same values, in the same transactions.

use std::collections::HashMap;
use std::path::Path;

use careline_sqlite::{SqliteOptions, Statements};
use rusqlite::config::DbConfig;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

/// The last statement of each transaction.
const ENDS: &str = "UPDATE meta SET commits";

/// A run's statements, ready to be executed again.
#[derive(Debug)]
pub struct Replay {
    sql: Vec<String>,
    transactions: Vec<Vec<(usize, Vec<Value>)>>,
}

impl Replay {
    /// Sorts what was recorded into its transactions.
    pub fn new(statements: Statements) -> Self {
        let mut sql = Vec::new();
        let mut known = HashMap::new();
        let mut transactions = vec![Vec::new()];
        for (text, values) in statements {
            let ends = text.starts_with(ENDS);
            let number = *known.entry(text).or_insert_with_key(|text| {
                sql.push(text.clone());
                sql.len() - 1
            });
            if let Some(open) = transactions.last_mut() {
                open.push((number, values));
            }
            if ends {
                transactions.push(Vec::new());
            }
        }
        transactions.retain(|statements| !statements.is_empty());
        Self { sql, transactions }
    }

    /// How many transactions there are.
    pub fn transactions(&self) -> usize {
        self.transactions.len()
    }

    /// How many statements there are.
    pub fn statements(&self) -> usize {
        self.transactions.iter().map(Vec::len).sum()
    }

    /// How often each statement is executed, the most frequent first.
    pub fn census(&self) -> Vec<(&str, usize)> {
        let mut counts = vec![0; self.sql.len()];
        self.transactions.iter().flatten().for_each(|(number, _)| counts[*number] += 1);
        let mut census: Vec<_> = self.sql.iter().map(String::as_str).zip(counts).collect();
        census.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        census
    }

    /// Executes everything on `connection`.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn run(&self, connection: &Connection) -> rusqlite::Result<()> {
        let mut prepared = self.sql.iter().map(|sql| connection.prepare(sql)).collect::<rusqlite::Result<Vec<_>>>()?;
        for transaction in &self.transactions {
            connection.execute_batch("BEGIN IMMEDIATE")?;
            for (number, values) in transaction {
                let mut rows = prepared[*number].query(params_from_iter(values))?;
                while rows.next()?.is_some() {}
            }
            connection.execute_batch("COMMIT")?;
        }
        Ok(())
    }
}

/// A plain connection with the settings that the store uses.
///
/// # Errors
/// What SQLite says.
pub fn connection(path: &Path, options: &SqliteOptions) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "cache_size", -i64::try_from(options.cache_bytes / 1024).unwrap_or(i64::MAX))?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(connection)
}
