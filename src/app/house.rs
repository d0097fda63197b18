//! The whole app: what it holds, how it starts and how it stops.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use super::ahead;
use super::clock::Clock;
use super::error::Error;
use super::listening::Made;
use super::rating::queue::{self, Job};
use super::retention;
use super::seats::Seats;
use super::watching::{Top, Watch};
use crate::domain::change::{Branch, Change, Fact, Retention};
use crate::domain::endorsement::LIFE;
use crate::domain::id::{SourceId, TopicId};
use crate::domain::person::{NewPerson, PersonKind};
use crate::domain::source::{NATIVE, NewSource, Scale, Visibility};
use crate::live::audiences::Audiences;
use crate::live::bus::address::Address;
use crate::live::bus::{self, Bus};
use crate::live::feed::{Feed, Memory};
use crate::live::watches::Watches;
use crate::projection::archive::Archive;
use crate::projection::catalog::Catalog;
use crate::projection::directory::Directory;
use crate::projection::keyring::Keyring;
use crate::projection::lead;
use crate::projection::relations::Relations;
use crate::projection::shelf::Shelf;
use crate::projection::trend::answers::Answers;
use crate::store::connection::Store;
use crate::store::writing::Writing;

/// What the operator has decided.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Handles of the people who may do everything, where everybody is believed to be whom they say.
    pub operators: Vec<String>,
    /// Handles of the people who may do what moderators do, likewise.
    pub moderators: Vec<String>,
    /// How few people may have rated a content for more to be told than how many they are, and how few may move what is told.
    pub quorum: usize,
    /// How many changes a slow subscriber may be behind before it is told so.
    pub buffer: usize,
    /// Whether trends can be asked for: everything that was written is read into memory for them.
    pub trends: bool,
    /// What of the change log is kept.
    pub retention: Retention,
    /// Whether it is told who leads what as the facts show it, beside what is declared and endorsed.
    pub emergent: bool,
    /// How long an endorsement lasts when nobody says.
    pub endorsement_life: chrono::TimeDelta,
    /// The bus by which the processes on one database tell each other what was written, if there is one.
    pub bus: Option<Address>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            operators: vec!["operator".to_owned()],
            moderators: Vec::new(),
            quorum: 3,
            buffer: 4_096,
            trends: true,
            emergent: true,
            endorsement_life: LIFE,
            retention: Retention::default(),
            bus: None,
        }
    }
}

/// The only door to everything that is done.
#[derive(Debug)]
pub struct App {
    pub(super) store: Arc<Store>,
    pub(super) feed: Arc<Feed>,
    pub(super) audiences: Arc<Audiences<String, Made>>,
    pub(super) watches: Arc<Watches<(String, Watch), Top>>,
    pub(super) seats: Arc<Seats>,
    pub(super) directory: Arc<Directory>,
    pub(super) shelf: Arc<Shelf>,
    pub(super) catalog: Arc<Catalog>,
    pub(super) archive: Arc<Archive>,
    pub(super) answers: Answers,
    pub(super) keyring: Keyring,
    pub(super) leading: lead::answers::Answers,
    pub(super) relations: Arc<Relations>,
    pub(super) clock: Arc<Clock>,
    pub(super) settings: Settings,
    pub(super) instance: String,
    pub(super) ratings: mpsc::Sender<Job>,
    /// Rows of the log that were taken away.
    pub(super) pruned: AtomicU64,
    bus: Option<Arc<Bus>>,
    tasks: Vec<AbortHandle>,
}

impl App {
    /// Starts on a migrated database.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn start(store: Store, clock: Arc<Clock>, settings: Settings) -> Result<Arc<Self>, Error> {
        let store = Arc::new(store);
        let instance = furnish(&store, &clock, &settings).await?;
        let directory = Arc::new(Directory::new(Arc::clone(&store)));
        let catalog = Catalog::new();
        let shelf = Arc::new(Shelf::new(Arc::clone(&store), Arc::clone(&catalog)));
        let relations = Arc::new(Relations::new(Arc::clone(&store)));
        // What is kept in memory hears all changes from before it is read, so that none falls between the two.
        let kept = Kept {
            directory: Arc::clone(&directory),
            catalog: Arc::clone(&catalog),
            shelf: Arc::clone(&shelf),
            relations: Arc::clone(&relations),
        };
        let feed = Feed::start(Arc::clone(&store), settings.buffer, kept).await?;
        directory.load().await?;
        let archive = Archive::new(Arc::clone(&store), settings.quorum);
        let answers = Answers::new(Arc::clone(&archive));
        let leading = lead::answers::Answers::new(Arc::clone(&archive));
        let mut tasks = vec![tokio::spawn(Arc::clone(&catalog).load(Arc::clone(&store))).abort_handle()];
        if settings.trends {
            tasks.push(tokio::spawn(Arc::clone(&archive).follow(Arc::clone(&feed))).abort_handle());
        }
        let bus = settings.bus.clone().map(|address| Bus::new(address, instance.clone(), Arc::clone(&feed)));
        tasks.extend(bus.iter().map(|bus| tokio::spawn(Arc::clone(bus).run()).abort_handle()));
        let keyring = Keyring::new(Arc::clone(&store));
        let (ratings, jobs) = mpsc::channel(queue::QUEUE);
        let audiences = Audiences::new(Arc::clone(&feed), settings.buffer);
        let watches = Watches::new(Arc::clone(&feed));
        let app = Arc::new(Self {
            store,
            feed,
            audiences,
            watches,
            seats: Arc::default(),
            directory,
            shelf,
            catalog,
            archive,
            answers,
            keyring,
            leading,
            relations,
            clock,
            settings,
            instance,
            ratings,
            pruned: AtomicU64::new(0),
            bus,
            tasks,
        });
        tokio::spawn(queue::write_jobs(Arc::downgrade(&app), jobs));
        tokio::spawn(retention::keep(Arc::downgrade(&app), app.settings.retention));
        if app.settings.trends {
            tokio::spawn(ahead::keep(Arc::downgrade(&app)));
        }
        Ok(app)
    }

    /// Ends all subscriptions; questions and acts are still answered.
    pub fn end_subscriptions(&self) {
        self.feed.close();
    }

    /// Closes the database. Nothing can be asked any more.
    pub async fn close(&self) {
        self.feed.close();
        for task in &self.tasks {
            task.abort();
            // One that still reads would take the closed database for one that fails.
            while !task.is_finished() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
        self.store.close().await;
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ready(&self) -> Result<(), Error> {
        Ok(self.store.ping().await?)
    }

    /// Whether what is kept in memory has heard every change; else only a restart helps.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.feed.is_whole()
    }

    /// Rows of the log that this process has taken away so far.
    #[must_use]
    pub fn pruned(&self) -> u64 {
        self.pruned.load(Ordering::Relaxed)
    }

    /// Reading statements sent to the database so far.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.store.statements()
    }

    /// How few people may move what is told of the contents of a source. Public acts are told one by one.
    pub(super) fn quorum(&self, source: SourceId) -> usize {
        match self.directory.source(source).map(|source| source.visibility) {
            Some(Visibility::Public) => 1,
            _ => self.settings.quorum,
        }
    }

    /// The time that was spent waiting for the database so far.
    #[must_use]
    pub fn database_time(&self) -> std::time::Duration {
        self.store.time_spent()
    }

    /// How many changes were written here that are not handed on yet.
    #[must_use]
    pub fn lag(&self) -> i64 {
        self.feed.lag()
    }

    /// What the bus comes to, if there is one.
    #[must_use]
    pub fn bus(&self) -> Option<bus::Numbers> {
        self.bus.as_ref().map(|bus| bus.numbers())
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Whether memory knows everything that was written before this transaction.
    pub(super) fn knows_all(&self, writing: &Writing<'_>) -> bool {
        self.feed.head() >= writing.last_seq()
    }

    /// After a commit: our own memory first, then everybody who follows the log. Where others have written before, memory is told
    /// early, so that whoever acted sees what they did, and hears it once more in its turn.
    pub(super) fn tell(&self, changes: &[Arc<Change>]) {
        if self.feed.offer(changes) {
            return;
        }
        for change in changes {
            self.directory.hear(change);
            self.catalog.hear(change);
            self.shelf.hear_early(change);
            self.relations.hear(change);
        }
    }
}

/// What is kept in memory and has to know of a change before anybody is told.
struct Kept {
    directory: Arc<Directory>,
    catalog: Arc<Catalog>,
    shelf: Arc<Shelf>,
    relations: Arc<Relations>,
}

impl Memory for Kept {
    fn hear(&self, change: &Change) {
        self.directory.hear(change);
        self.catalog.hear(change);
        self.shelf.hear(change);
        self.relations.hear(change);
    }

    fn grown(&self, branch: &Branch, seq: i64) -> BTreeSet<TopicId> {
        self.directory.branch(branch.topic, branch.below, seq)
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.feed.close();
        self.tasks.iter().for_each(AbortHandle::abort);
    }
}

/// Sees to what every database needs: a name, the native source, the operators.
async fn furnish(store: &Store, clock: &Clock, settings: &Settings) -> Result<String, Error> {
    let now = clock.now();
    let mut writing = store.begin().await?;
    #[expect(clippy::disallowed_methods, reason = "a database is named once, and nothing depends on the name")]
    let name = uuid::Uuid::now_v7().simple().to_string();
    // The end of the identifier is its random part.
    let instance = writing.name_instance(name[name.len() - 8..].to_owned(), now).await?;
    if writing.source_by_slug(NATIVE).await?.is_none() {
        let native = NewSource::check(NATIVE, "Peerlead", "API", Scale::Stars, Visibility::Private)?;
        let source = writing.insert_source(&native, now).await?;
        writing.note(Fact::Source(source));
    }
    for handle in &settings.operators {
        if writing.person_by_handle(handle).await?.is_none() {
            let person = writing.insert_person(&NewPerson::check(handle, handle, PersonKind::Bot)?, now).await?;
            writing.note(Fact::Person(person));
        }
    }
    writing.commit(now).await?;
    Ok(instance)
}
