//! `careline audit`: who did what, and whether anything in that was changed.

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal as _, Write};
use std::path::{Path, PathBuf};

use careline::care::{AuditEntry, PageAsk, Tenant};
use careline::model::TenantId;
use careline::store::{ChainEnd, Link};
use careline::{Error, ErrorKind};
use clap::{Args as ClapArgs, Subcommand};

use crate::{Failure, Result, host, table};

/// How many entries are read at a time.
const PIECE: usize = 1000;

/// What `careline audit` does.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// List who did what, oldest first.
    List(List),
    /// Print every entry of the log with its digests, one per line as JSON, for whoever checks it elsewhere.
    Export {
        /// The data directory.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
    },
    /// Recompute the chain of digests of the store, and of an exported file; with both, compare them.
    Verify {
        /// What `export` printed; `-` is the standard input.
        #[arg(value_name = "FILE", required_unless_present = "data")]
        file: Option<PathBuf>,
        /// The data directory.
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
    },
}

/// Which entries to list.
#[derive(ClapArgs)]
pub(crate) struct List {
    /// The data directory.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// At most so many.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    /// Go on after a page: what the line below it told.
    #[arg(long, value_name = "CURSOR")]
    after: Option<String>,
    /// Print one entry per line as JSON, and in a last line where the next page begins, if there is more.
    #[arg(long)]
    json: bool,
}

/// Runs one of them.
pub(crate) async fn run(command: &Command) -> Result<()> {
    let mut out = io::stdout().lock();
    match command {
        Command::List(args) => {
            let tenant = host::reader(&args.data)?.tenant(TenantId::single())?;
            list(args, &tenant, &mut out, args.json || !io::stdout().is_terminal()).await
        }
        Command::Export { data } => export(&host::reader(data)?.tenant(TenantId::single())?, &mut out).await,
        Command::Verify { file, data } => {
            let kept = match data {
                Some(data) => Some(host::reader(data)?.tenant(TenantId::single())?),
                None => None,
            };
            verify(file.as_deref(), kept.as_ref(), &mut out).await
        }
    }
}

async fn list(args: &List, tenant: &Tenant, out: &mut impl Write, json: bool) -> Result<()> {
    let page = tenant.audit(PageAsk::first(args.limit as usize).after(args.after.clone())).await?;
    if json {
        write_lines(out, &page.items)?;
        if let Some(after) = &page.after {
            writeln!(out, "{}", serde_json::json!({ "after": after }))?;
        }
        return Ok(());
    }
    let mut rows = table::with_heads(&["entry", "at", "who", "did", "to", "case"]);
    for entry in &page.items {
        let at = entry.at.map(|at| at.to_string()).unwrap_or_default();
        let case = entry.case.as_ref().map_or("", |case| case.as_str());
        let text = |part: &Option<String>| part.clone().unwrap_or_default();
        let number = entry.number.to_string();
        rows.add_row([&number, &at, &text(&entry.by), &text(&entry.act), &text(&entry.about), case]);
    }
    writeln!(out, "{rows}")?;
    if let Some(after) = &page.after {
        writeln!(out, "the next ones: --after {after}")?;
    }
    Ok(())
}

fn write_lines(out: &mut impl Write, entries: &[AuditEntry]) -> Result<()> {
    for entry in entries {
        serde_json::to_writer(&mut *out, entry).map_err(io::Error::from)?;
        writeln!(out)?;
    }
    Ok(())
}

/// Writes every entry with its digests as a line.
pub(crate) async fn export(tenant: &Tenant, out: &mut impl Write) -> Result<()> {
    let mut page = PageAsk::first(PIECE);
    loop {
        let listed = tenant.audit_chain(page.clone()).await?;
        write_lines(out, &listed.items)?;
        match listed.after {
            Some(after) => page = page.after(after),
            None => return Ok(()),
        }
    }
}

/// Fails with the first entry that does not fit.
async fn verify(file: Option<&Path>, kept: Option<&Tenant>, out: &mut impl Write) -> Result<()> {
    if let Some(tenant) = kept {
        writeln!(out, "the store: {} entries, whose chain of digests fits", tenant.verify_log().await?)?;
    }
    let Some(file) = file else { return Ok(()) };
    let end = recompute(open(file)?)?;
    writeln!(out, "the file: {} entries, whose chain of digests fits", end.entries)?;
    if let Some(tenant) = kept {
        is_beginning(tenant, &end).await?;
        writeln!(out, "the file is how the store's log begins")?;
    }
    Ok(())
}

fn open(file: &Path) -> Result<Box<dyn BufRead>> {
    if file == Path::new("-") {
        return Ok(Box::new(BufReader::new(io::stdin())));
    }
    let opened = File::open(file).map_err(|error| {
        Error::new(ErrorKind::InputInvalid, format!("the file cannot be read: {error}")).with("file", file.display())
    });
    Ok(Box::new(BufReader::new(opened?)))
}

/// Where the chain of exported entries ends.
///
/// # Errors
/// `storage_damaged` with the first entry that does not fit; `input_invalid` for a line that is no entry.
pub(crate) fn recompute(lines: impl BufRead) -> Result<ChainEnd> {
    let mut end = ChainEnd::default();
    for (place, line) in lines.lines().enumerate() {
        let line = line?;
        let wrong =
            || Error::new(ErrorKind::InputInvalid, "this line is no entry of an exported log").with("line", place + 1);
        let entry: AuditEntry = serde_json::from_str(&line).map_err(|_| wrong())?;
        let (digest, chain) = (bytes(&entry.digest).ok_or_else(wrong)?, bytes(&entry.chain).ok_or_else(wrong)?);
        // What is exported has no salt: contents are checked where they are kept, the chain wherever it goes.
        end.verify(None, &Link { salt: None, digest, chain })?;
    }
    Ok(end)
}

/// Whether the store's log has the same chain value at the file's end; a log that goes on after it still fits.
async fn is_beginning(tenant: &Tenant, end: &ChainEnd) -> Result<()> {
    let (mut page, mut left) = (PageAsk::first(PIECE), end.entries);
    while left > 0 {
        let listed = tenant.audit_chain(page.clone()).await?;
        let number = listed.items.len() as u64;
        if left <= number {
            let last = &listed.items[left as usize - 1];
            let same = bytes(&last.chain) == Some(end.chain);
            return if same { Ok(()) } else { Err(Failure::Told("the file is of another log than the store's")) };
        }
        left -= number;
        match listed.after {
            Some(after) => page = page.after(after),
            None => return Err(Failure::Told("the file has more entries than the store: some were removed there")),
        }
    }
    Ok(())
}

/// 32 bytes in hexadecimal digits.
fn bytes(hex: &str) -> Option<[u8; 32]> {
    if hex.len() != 64 || !hex.is_ascii() {
        return None;
    }
    let mut bytes = [0; 32];
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&hex[place * 2..place * 2 + 2], 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::story::{Scene, scene};

    async fn exported(tenant: &Tenant) -> String {
        let mut out = Vec::new();
        export(tenant, &mut out).await.unwrap();
        String::from_utf8(out).unwrap()
    }

    #[tokio::test]
    async fn an_exported_log_verifies_elsewhere_until_a_digest_is_changed() {
        let scene = scene().await;
        let Scene { engine, tenant, .. } = &scene;
        scene.submit("We are sorry, and look into it now.").await;
        engine.tick().await.unwrap();
        let text = exported(tenant).await;
        let end = recompute(text.as_bytes()).unwrap();
        assert_eq!(end.entries, tenant.verify_log().await.unwrap());
        is_beginning(tenant, &end).await.unwrap();
        scene.submit("One more thing: it takes until Friday.").await;
        is_beginning(tenant, &end).await.unwrap();

        let mut lines: Vec<&str> = text.lines().collect();
        let removed = lines.remove(1);
        let cut = recompute(lines.join("\n").as_bytes()).unwrap_err().to_string();
        assert!(cut.contains("entry"), "{cut}");
        let digest = serde_json::from_str::<AuditEntry>(removed).unwrap().digest;
        let other = if digest.starts_with('0') { "1" } else { "0" };
        let changed = text.replace(&digest, &format!("{other}{}", &digest[1..]));
        assert!(recompute(changed.as_bytes()).is_err());
        let other = crate::demo::story::scene().await;
        other.submit("We are sorry, and look into it now.").await;
        assert!(is_beginning(&other.tenant, &end).await.is_err(), "another log is noticed");
        for line in ["{}", "no json", "{\"number\":1,\"digest\":\"é\",\"chain\":\"\"}"] {
            assert!(recompute(line.as_bytes()).unwrap_err().to_string().contains("no entry"), "{line}");
        }
    }

    #[tokio::test]
    async fn the_list_says_who_did_what() {
        let scene = scene().await;
        let reply = scene.submit("We are sorry, and look into it now.").await;
        let args = List { data: PathBuf::new(), limit: 50, after: None, json: false };
        let mut out = Vec::new();
        list(&args, &scene.tenant, &mut out, false).await.unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("mia") && text.contains("reply.submit") && text.contains(reply.id.as_str()), "{text}");
    }
}
