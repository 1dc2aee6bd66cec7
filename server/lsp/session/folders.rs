//! The workspace's folders, and the surroundings of their files. Reads the disk, so it never runs on the transport's thread.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use dashmap::DashMap;
use serde_json::Value;

use super::{
    document::Surroundings,
    twins::{self, NamedFile},
};
use crate::{
    analysis::{Accepted, Baseline},
    config::{self, Config, Environment, ModelChoice, Request, Rules},
    facts::SmellId,
    lsp::{
        locks::{lock, read, write},
        wire::{NAME, uri},
    },
    syntax::FileContext,
    workspace::{Manifests, editor_scope},
};

#[derive(Debug, Default)]
pub(crate) struct Folders {
    environment: Environment,
    roots: RwLock<Vec<PathBuf>>,
    options: RwLock<EditorOptions>,
    manifests: Manifests,
    /// By path; `None` for an invalid one. Cleared together with the options.
    baselines: DashMap<PathBuf, Option<Arc<Baseline>>>,
    /// By directory. Cleared whenever a layer of options may have changed.
    configs: DashMap<PathBuf, Arc<Effective>>,
    problems: Mutex<Problems>,
    /// Incremented whenever something is cleared.
    generation: AtomicU64,
}

/// The options of a directory. The rules are shared, so that equality can be checked by pointer.
#[derive(Debug)]
pub(crate) struct Effective {
    pub(crate) config: Config,
    pub(crate) rules: Arc<Rules>,
    /// The rules without smells that packages silence, by the set of those smells.
    quieter: DashMap<Vec<SmellId>, Arc<Rules>>,
    baseline: Option<Arc<Baseline>>,
}

impl Effective {
    fn without(&self, silent: Vec<SmellId>) -> Arc<Rules> {
        if silent.is_empty() {
            return Arc::clone(&self.rules);
        }
        let rules = Arc::new(self.rules.without(&silent));
        Arc::clone(&self.quieter.entry(silent).or_insert(rules))
    }

    /// Returns the findings of a file that the baseline suppresses.
    fn accepted_in(&self, path: &Path) -> Option<Arc<Accepted>> {
        let baseline = self.baseline.as_ref()?;
        baseline.accepted(&baseline.name_of(path)?).cloned()
    }
}

/// The editor's options, in ascending priority.
#[derive(Debug, Default)]
struct EditorOptions {
    initial: Value,
    asked: Value,
    /// Additional options for the files of one folder.
    of_folders: HashMap<PathBuf, Value>,
}

#[derive(Debug, Default)]
struct Problems {
    known: HashSet<String>,
    unreported: Vec<String>,
}

impl Folders {
    pub(crate) fn new(environment: Environment) -> Self {
        Self {
            environment,
            ..Self::default()
        }
    }

    /// Applies the client's initialization parameters.
    pub(crate) fn begin(&self, folders: &[String], options: &Value) {
        let paths = folders.iter().filter_map(|uri| path_of(uri));
        *write(&self.roots) = paths.collect();
        write(&self.options).initial = unwrap_own(options.clone());
    }

    /// Handles `workspace/didChangeWorkspaceFolders`.
    pub(crate) fn change(&self, params: &Value) {
        let paths = |name: &str| {
            let list = params.pointer(&format!("/event/{name}"));
            let list = list.and_then(Value::as_array).into_iter().flatten();
            let uris = list.filter_map(|folder| folder.get("uri")?.as_str());
            uris.filter_map(path_of).collect::<Vec<_>>()
        };
        let (removed, added) = (paths("removed"), paths("added"));
        let mut roots = write(&self.roots);
        roots.retain(|root| !removed.contains(root));
        for path in added {
            if !roots.contains(&path) {
                roots.push(path);
            }
        }
        drop(roots);
        self.forget_options();
    }

    pub(crate) fn roots(&self) -> Vec<PathBuf> {
        read(&self.roots).clone()
    }

    /// Sets the client's settings, which it returned on request or sent unasked, in general and for single folders. Returns
    /// whether anything changed.
    pub(crate) fn set_options(&self, asked: Value, of_folders: Vec<(PathBuf, Value)>) -> bool {
        let asked = unwrap_own(asked);
        let of_folders = of_folders.into_iter();
        let of_folders: HashMap<PathBuf, Value> = of_folders
            .map(|(folder, options)| (folder, unwrap_own(options)))
            .filter(|(_, options)| !options.is_null())
            .collect();
        let mut options = write(&self.options);
        if options.asked == asked && options.of_folders == of_folders {
            return false;
        }
        options.asked = asked;
        options.of_folders = of_folders;
        drop(options);
        self.forget_options();
        true
    }

    /// Clears cached options, because their files may have changed.
    pub(crate) fn forget_options(&self) {
        self.generation.fetch_add(1, Ordering::SeqCst);
        self.configs.clear();
        self.baselines.clear();
    }

    pub(crate) fn forget_manifest(&self, manifest: &Path) {
        self.generation.fetch_add(1, Ordering::SeqCst);
        self.manifests.forget(manifest);
    }

    /// Whether the smells silenced by the crate with this root have changed.
    pub(crate) fn reread_crate(&self, root: &Path) -> bool {
        let is_other = self.manifests.reread_crate(root);
        if is_other {
            self.generation.fetch_add(1, Ordering::SeqCst);
        }
        is_other
    }

    fn generation(&self) -> u64 {
        self.generation.load(Ordering::SeqCst)
    }

    pub(crate) fn context_of(&self, path: &Path) -> FileContext {
        self.manifests.context_of(path)
    }

    /// Returns the file with its names for other files' diagnostics.
    pub(crate) fn named(&self, key: &str, uri: &str, path: Option<&Path>) -> NamedFile {
        let root = path.and_then(|path| self.root_of(path));
        let shown = path.map(|path| twins::shown(path, root.as_deref()));
        NamedFile {
            key: key.to_owned(),
            uri: uri.to_owned(),
            path: path.map(Path::to_path_buf),
            shown: shown.unwrap_or_else(|| uri.to_owned()),
            package: path.and_then(|path| self.manifests.package_place(path)),
            presence: Arc::default(),
        }
    }

    /// Returns the surroundings of a file; for a document without one, only the options apply.
    pub(crate) fn surroundings(&self, path: Option<&Path>) -> Surroundings {
        let generation = self.generation();
        let Some(path) = path else {
            let start = self.roots().into_iter().next().unwrap_or_default();
            return Surroundings {
                // rustc needs a package.
                compiler: false,
                ahead: None,
                model: ModelChoice::Nothing,
                accepted: None,
                context: FileContext::default(),
                rules: Arc::clone(&self.effective(&start).rules),
                is_served: true,
                root: None,
                code_lens: self.effective(&start).config.code_lens,
                generation,
            };
        };
        let effective = self.effective(path.parent().unwrap_or(path));
        let is_ours = editor_scope(path, &self.roots()).is_ours();
        Surroundings {
            context: self.context_of(path),
            rules: effective.without(self.manifests.silent_in(path)),
            root: self
                .root_of(path)
                .or_else(|| path.parent().map(Path::to_path_buf)),
            is_served: is_ours && !effective.config.exclude.covers(path),
            code_lens: effective.config.code_lens,
            compiler: effective.config.compiler,
            ahead: effective.config.compiler_ahead,
            model: effective.config.model.clone(),
            accepted: effective.accepted_in(path),
            generation,
        }
    }

    /// Returns the effective options of a directory.
    pub(crate) fn effective(&self, directory: &Path) -> Arc<Effective> {
        if let Some(known) = self.configs.get(directory) {
            return Arc::clone(&known);
        }
        let generation = self.generation();
        let root = self.root_of(directory);
        let editor = self.editor_options(root.as_deref());
        let request = Request {
            start: directory,
            workspace: root.as_deref(),
            editor: Some(&editor),
            flags: &[],
        };
        let loaded = config::load(&request, &self.environment);
        let problems = loaded.problems.iter().map(ToString::to_string);
        self.note(problems.chain(loaded.warnings));
        let effective = Arc::new(Effective {
            rules: Arc::new(loaded.config.rules.clone()),
            baseline: self.baseline_of(&loaded.config),
            config: loaded.config,
            quieter: DashMap::new(),
        });
        if generation == self.generation() {
            let directory = directory.to_path_buf();
            self.configs.insert(directory, Arc::clone(&effective));
        }
        effective
    }

    /// Returns the baseline that the options name, or the default one. An invalid one is reported, and suppresses nothing.
    fn baseline_of(&self, config: &Config) -> Option<Arc<Baseline>> {
        let path = config.baseline.as_ref()?;
        if let Some(known) = self.baselines.get(path) {
            return known.clone();
        }
        let read = match Baseline::of_project(path, &config.project) {
            Ok(baseline) => Some(Arc::new(baseline)),
            Err(why) => {
                self.note(std::iter::once(format!(
                    "{why}. Until then all findings are reported."
                )));
                None
            }
        };
        self.baselines.insert(path.clone(), read.clone());
        read
    }

    /// Whether the file is a baseline, even an invalid one.
    pub(crate) fn is_baseline(&self, path: &Path) -> bool {
        self.baselines.contains_key(path)
    }

    /// Returns the names of baselines in the folders' options.
    pub(crate) fn baseline_names(&self) -> BTreeSet<String> {
        let roots = self.roots().into_iter();
        let baselines = roots.filter_map(|root| self.effective(&root).config.baseline.clone());
        let names = baselines.filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()));
        names.collect()
    }

    /// Returns problems in options that weren't reported yet.
    pub(crate) fn take_problems(&self) -> Vec<String> {
        std::mem::take(&mut lock(&self.problems).unreported)
    }

    /// Returns the innermost folder that contains the path.
    fn root_of(&self, path: &Path) -> Option<PathBuf> {
        let roots = self.roots();
        let around = roots.into_iter().filter(|root| path.starts_with(root));
        around.max_by_key(|root| root.components().count())
    }

    fn editor_options(&self, root: Option<&Path>) -> Value {
        let options = read(&self.options);
        let mut merged = options.initial.clone();
        merge(&mut merged, &options.asked);
        if let Some(own) = root.and_then(|root| options.of_folders.get(root)) {
            merge(&mut merged, own);
        }
        merged
    }

    fn note(&self, found: impl Iterator<Item = String>) {
        let mut problems = lock(&self.problems);
        for problem in found {
            if problems.known.insert(problem.clone()) {
                problems.unreported.push(problem);
            }
        }
    }
}

fn path_of(uri: &str) -> Option<PathBuf> {
    uri::name(uri)?.kind.path().map(Path::to_path_buf)
}

/// Some clients send all settings, and this server's under its name.
fn unwrap_own(mut options: Value) -> Value {
    match options.get_mut(NAME) {
        Some(own) => own.take(),
        None => options,
    }
}

/// Merges options; `over` takes precedence key by key, except for null.
fn merge(under: &mut Value, over: &Value) {
    match (under, over) {
        (_, Value::Null) => {}
        (Value::Object(under), Value::Object(over)) => {
            for (key, value) in over {
                merge(under.entry(key).or_insert(Value::Null), value);
            }
        }
        (under, over) => *under = over.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn later_options_win_key_by_key() {
        let mut options = json!({"profile": "full", "smells": {"a": {"warn": 1}}});
        merge(&mut options, &json!(null));
        merge(
            &mut options,
            &json!({"profile": null, "smells": {"a": {"strong": 2}}}),
        );
        let expected = json!({"profile": "full", "smells": {"a": {"warn": 1, "strong": 2}}});
        assert_eq!(options, expected);
    }

    #[test]
    fn our_own_key_is_unwrapped() {
        assert_eq!(
            unwrap_own(json!({"rustassistant": {"a": 1}})),
            json!({"a": 1})
        );
        assert_eq!(unwrap_own(json!({"a": 1})), json!({"a": 1}));
        assert_eq!(unwrap_own(json!(null)), json!(null));
    }

    #[test]
    fn folders_come_and_go() {
        let folders = Folders::default();
        folders.begin(&["file:///a".into(), "git:/x".into()], &Value::Null);
        folders.change(&json!({"event": {
            "added": [{"uri": "file:///b", "name": "b"}, {"uri": "file:///b", "name": "b"}],
            "removed": [{"uri": "file:///a", "name": "a"}],
        }}));
        assert_eq!(folders.roots(), [PathBuf::from("/b")]);
        folders.change(&json!(null));
        assert_eq!(folders.roots(), [PathBuf::from("/b")]);
    }
}
