//! Statements: prepared once per connection, and in benches recorded with their values.

use std::cell::RefCell;
use std::rc::Rc;

use careline::Result;
use rusqlite::{CachedStatement, Connection, Row, ToSql};
use rustc_hash::FxHashMap;

use crate::error::storage;

/// A connection, or a transaction on one, through which every statement goes.
pub(crate) struct Db<'a> {
    connection: &'a Connection,
    /// The statements used so far, by where their text stands: the connection finds them by all of it.
    statements: RefCell<FxHashMap<*const str, Rc<RefCell<CachedStatement<'a>>>>>,
    #[cfg(feature = "bench")]
    recording: Option<&'a crate::recording::Recording>,
}

impl<'a> Db<'a> {
    pub(crate) fn new(connection: &'a Connection) -> Self {
        Self {
            connection,
            statements: RefCell::default(),
            #[cfg(feature = "bench")]
            recording: None,
        }
    }

    #[cfg(feature = "bench")]
    pub(crate) fn recorded(mut self, recording: Option<&'a crate::recording::Recording>) -> Self {
        self.recording = recording;
        self
    }

    pub(crate) fn execute(&self, sql: &'static str, params: &[&dyn ToSql]) -> Result<usize> {
        self.with(sql, params, |statement| statement.execute(params).map_err(storage))
    }

    pub(crate) fn one<T>(
        &self,
        sql: &'static str,
        params: &[&dyn ToSql],
        read: impl FnOnce(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        self.with(sql, params, |statement| {
            let mut rows = statement.query(params).map_err(storage)?;
            rows.next().map_err(storage)?.map(read).transpose()
        })
    }

    /// Runs a statement. What reads its rows may run others, the same one among them.
    fn with<T>(
        &self,
        sql: &'static str,
        params: &[&dyn ToSql],
        run: impl FnOnce(&mut CachedStatement<'a>) -> Result<T>,
    ) -> Result<T> {
        self.note(sql, params);
        let used = self.statements.borrow().get(&std::ptr::from_ref(sql)).cloned();
        if let Some(mut idle) = used.as_deref().and_then(|used| used.try_borrow_mut().ok()) {
            return run(&mut idle);
        }
        let mut statement = self.connection.prepare_cached(sql).map_err(storage)?;
        let done = run(&mut statement);
        self.statements.borrow_mut().entry(sql).or_insert_with(|| Rc::new(RefCell::new(statement)));
        done
    }

    pub(crate) fn each(
        &self,
        sql: &str,
        params: &[&dyn ToSql],
        mut read: impl FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        self.note(sql, params);
        let mut statement = self.connection.prepare_cached(sql).map_err(storage)?;
        let mut rows = statement.query(params).map_err(storage)?;
        while let Some(row) = rows.next().map_err(storage)? {
            read(row)?;
        }
        Ok(())
    }

    pub(crate) fn all<T>(
        &self,
        sql: &str,
        params: &[&dyn ToSql],
        mut read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut all = Vec::new();
        self.each(sql, params, |row| {
            all.push(read(row)?);
            Ok(())
        })?;
        Ok(all)
    }

    #[cfg(feature = "bench")]
    fn note(&self, sql: &str, params: &[&dyn ToSql]) {
        if let Some(recording) = self.recording {
            recording.note(sql, params);
        }
    }

    #[cfg(not(feature = "bench"))]
    #[expect(clippy::unused_self, reason = "only benches take notes")]
    fn note(&self, _sql: &str, _params: &[&dyn ToSql]) {}
}

/// Column `index` of a row.
pub(crate) fn column<T: rusqlite::types::FromSql>(row: &Row<'_>, index: usize) -> Result<T> {
    row.get(index).map_err(storage)
}

/// Column `index` of a row as text, without a copy.
pub(crate) fn text<'r>(row: &'r Row<'_>, index: usize) -> Result<&'r str> {
    row.get_ref(index).map_err(storage)?.as_str().map_err(|_| crate::error::damaged("text"))
}
