//! What the documents say about the project holds: links lead somewhere, files and commands exist, policies are sound.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use careline::policy::{CompiledPolicy, Policy};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// A document: where it is, and its text.
struct Page {
    path: PathBuf,
    text: String,
}

/// Every Markdown file of the project.
fn pages() -> Vec<Page> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(ROOT)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if !name.starts_with('.') && name != "target" && name != "node_modules" {
                    folders.push(path);
                }
            } else if name.ends_with(".md") {
                found.push(Page { text: fs::read_to_string(&path).unwrap(), path });
            }
        }
    }
    assert!(found.len() > 5, "only {} documents found", found.len());
    found
}

/// A text without its blocks of code.
fn prose(text: &str) -> String {
    text.split("```").step_by(2).collect()
}

/// The blocks of code in one language.
fn blocks<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    let fenced = text.split("```").skip(1).step_by(2);
    fenced
        .filter_map(|block| block.split_once('\n'))
        .filter(|(tag, _)| *tag == language)
        .map(|(_, code)| code)
        .collect()
}

/// What stands in backticks.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// The anchors a reader can jump to in a document.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter_map(|line| line.strip_prefix('#')).map(|line| line.trim_start_matches('#'));
    let slug = |heading: &str| {
        let kept = heading.trim().chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect::<String>()
    };
    headings.map(slug).collect()
}

#[test]
fn every_relative_link_leads_somewhere() {
    let mut checked = 0;
    for page in pages() {
        for link in prose(&page.text).split("](").skip(1) {
            let target = link.split(')').next().unwrap();
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let to = if file.is_empty() { page.path.clone() } else { page.path.parent().unwrap().join(file) };
            assert!(to.exists(), "{}: `{target}` leads nowhere", page.path.display());
            if !anchor.is_empty() {
                let there = anchors(&prose(&fs::read_to_string(&to).unwrap()));
                assert!(there.contains(anchor), "{}: no heading is called `#{anchor}`", page.path.display());
            }
            checked += 1;
        }
    }
    println!("{checked} links checked");
    assert!(checked > 0);
}

#[test]
fn every_file_named_exists() {
    let rooms = ["core/", "connectors/", "examples/", "docs/", ".ci/"];
    let mut checked = 0;
    for page in pages() {
        let text = prose(&page.text);
        for name in quoted(&text) {
            let is_path = rooms.iter().any(|room| name.starts_with(room)) && !name.contains([' ', '<', '*', '{']);
            if is_path {
                assert!(Path::new(ROOT).join(name).exists(), "{}: there is no `{name}`", page.path.display());
                checked += 1;
            }
        }
    }
    println!("{checked} files checked");
    assert!(checked > 0);
}

#[test]
fn every_command_named_exists() {
    let makefile = fs::read_to_string(Path::new(ROOT).join("Makefile")).unwrap();
    let program = fs::read_to_string(Path::new(ROOT).join("examples/cli/src/main.rs")).unwrap();
    let commands = program.split("enum Command {").nth(1).unwrap().split("\n}").next().unwrap().to_owned();
    let trainer = fs::read_to_string(Path::new(ROOT).join("core/train/src/main.rs")).unwrap();
    let subjects = trainer.split("enum Subject {").nth(1).unwrap().split("\n}").next().unwrap().to_owned();
    let mut checked = 0;
    for page in pages() {
        let code = [blocks(&page.text, "sh"), quoted(&prose(&page.text))].concat().join("\n");
        for line in code.lines().map(str::trim) {
            let words: Vec<_> = line.split_whitespace().take_while(|word| *word != "#").collect();
            match words.as_slice() {
                ["make", target] => {
                    let known = makefile.lines().any(|rule| rule.starts_with(&format!("{target}:")));
                    assert!(known, "{}: the Makefile has no `{target}`", page.path.display());
                    checked += 1;
                }
                ["cargo", "run", options @ ..] => {
                    let command = options.iter().skip_while(|word| **word != "--").nth(1);
                    let command = command.unwrap_or_else(|| panic!("{}: `{line}`", page.path.display()));
                    let commands = if options.contains(&"careline-train") { &subjects } else { &commands };
                    assert!(is_command(commands, command), "{}: no command `{command}`", page.path.display());
                    checked += 1;
                }
                ["careline", command, ..] => {
                    assert!(is_command(&commands, command), "{}: no command `{command}`", page.path.display());
                    checked += 1;
                }
                _ => {}
            }
        }
    }
    println!("{checked} commands checked");
    assert!(checked > 0);
}

/// Whether the program's list of commands has a variant of this name.
fn is_command(commands: &str, name: &str) -> bool {
    let declares = |line: &str| {
        let variant = line.trim().split(['(', '{', ',', ' ']).next().unwrap_or_default();
        !variant.is_empty() && variant.to_ascii_lowercase() == name.replace('-', "")
    };
    commands.lines().any(declares)
}

#[test]
fn every_policy_shown_is_sound() {
    let mut checked = 0;
    for page in pages() {
        for block in blocks(&page.text, "toml").into_iter().filter(|block| !block.contains("[dependencies]")) {
            let head = if block.contains("[brand]") { "" } else { "[brand]\nname = 'Acme'\n" };
            let name = page.path.display().to_string();
            let policy = Policy::parse(&format!("{head}{block}"), &name).and_then(CompiledPolicy::new);
            policy.unwrap_or_else(|mistakes| panic!("{mistakes}\nin\n{block}"));
            checked += 1;
        }
    }
    println!("{checked} policies checked");
    assert!(checked > 0);
}

#[test]
fn lines_are_short_enough_to_read() {
    for page in pages() {
        for (number, line) in page.text.lines().enumerate() {
            let width = line.chars().count();
            assert!(width <= 120, "{}:{}: {width} columns", page.path.display(), number + 1);
        }
    }
}
