//! The database controls permissions.

use rustassistant::cache::{Shelf, setup};
use sqlx::{AssertSqlSafe, ConnectOptions, PgConnection};

use super::*;

async fn in_namespace(database: &Database, user: &str, namespace: &str) -> PostgresShelf {
    shelf(&within(database.on_socket(user), namespace)).await
}

/// A database with three rows in each of three namespaces.
async fn filled() -> Database {
    let database = Postgres::database().await;
    for namespace in ["main", "pr-1", "pr-2"] {
        let server = in_namespace(&database, "server", namespace).await;
        server.store(&rows(3)).await.unwrap();
    }
    database
}

async fn found(shelf: &PostgresShelf) -> usize {
    let rows = shelf.fetch(&keys(3)).await;
    rows.into_iter()
        .filter(|row| row.as_ref().unwrap().is_some())
        .count()
}

#[tokio::test]
async fn everybody_sees_what_they_should() {
    let database = filled().await;
    for (user, main, own, other) in [
        ("reader", 3, 0, 0),
        ("writer", 3, 0, 0),
        ("branch", 3, 3, 0),
        ("gc", 3, 3, 3),
        ("server", 3, 3, 3),
    ] {
        let shelf = in_namespace(&database, user, "main").await;
        assert_eq!(found(&shelf).await, main, "{user}");
        let shelf = shelf.with_namespace("pr-1".parse().unwrap());
        assert_eq!(found(&shelf).await, own, "{user}");
        let shelf = shelf.with_namespace("pr-2".parse().unwrap());
        assert_eq!(found(&shelf).await, other, "{user}");
    }
}

#[tokio::test]
async fn everybody_writes_where_they_should() {
    let database = filled().await;
    let cases = [
        ("reader", "main", false),
        ("reader", "pr-1", false),
        ("writer", "main", true),
        ("writer", "pr-1", false),
        ("branch", "main", false),
        ("branch", "pr-1", true),
        ("branch", "pr-2", false),
        ("gc", "main", false),
        ("gc", "pr-1", false),
        ("server", "main", true),
        ("server", "pr-2", true),
    ];
    for (number, (user, namespace, may)) in (100..).zip(cases) {
        let shelf = in_namespace(&database, user, namespace).await;
        let new = [(key(number), row(number))];
        match shelf.store(&new).await {
            Ok(added) => assert!(may && added == 1, "{user} in {namespace}"),
            Err(fault) => {
                assert!(!may, "{user} in {namespace}: {fault}");
                assert_fault(&fault, FaultKind::Denied);
                let last = shelf.last_fault(FaultKind::Denied);
                assert_eq!(last, fault);
            }
        }
    }
}

#[tokio::test]
async fn only_upkeep_removes() {
    let database = filled().await;
    for user in ["reader", "writer", "branch"] {
        let shelf = in_namespace(&database, user, "main").await;
        assert_fault(
            &shelf.remove(&keys(1)).await.unwrap_err(),
            FaultKind::Denied,
        );
        assert_fault(&shelf.clear().await.unwrap_err(), FaultKind::Denied);
    }
    let own = in_namespace(&database, "branch", "pr-1").await;
    assert_fault(&own.remove(&keys(1)).await.unwrap_err(), FaultKind::Denied);
    let gc = in_namespace(&database, "gc", "pr-2").await;
    assert_eq!(gc.remove(&keys(1)).await, Ok(1));
    assert_eq!(gc.clear().await, Ok(2));
    let server = in_namespace(&database, "server", "main").await;
    assert_eq!(server.clear().await, Ok(3));
}

async fn connect(database: &Database, user: &str) -> PgConnection {
    let options = database.admin_options().username(user).password(PASSWORD);
    options.connect().await.unwrap()
}

async fn refusal(connection: &mut PgConnection, statement: &str) -> Option<String> {
    let statement = AssertSqlSafe(statement.to_owned());
    match sqlx::raw_sql(statement).execute(connection).await {
        Ok(_) => None,
        Err(error) => Some(
            error
                .as_database_error()
                .unwrap()
                .code()
                .unwrap()
                .into_owned(),
        ),
    }
}

#[tokio::test]
async fn nobody_changes_a_row_or_the_rules() {
    let database = filled().await;
    for user in ["reader", "writer", "branch", "gc", "server"] {
        let mut connection = connect(&database, user).await;
        for statement in [
            "UPDATE rustassistant.entry SET envelope = 'another envelope, long enough'",
            "UPDATE rustassistant.entry SET ns = 'main'",
            "INSERT INTO rustassistant.entry (ns, key, envelope) SELECT ns, key, envelope FROM rustassistant.entry \
             ON CONFLICT (ns, key) DO UPDATE SET envelope = EXCLUDED.envelope",
            "INSERT INTO rustassistant.entry SELECT 'main', key, envelope, now() + interval '9 years' FROM rustassistant.entry",
            "INSERT INTO rustassistant.branch VALUES (current_user, 'pr-2')",
            "UPDATE rustassistant.branch SET ns = 'pr-2'",
            "DELETE FROM rustassistant.branch",
            "TRUNCATE rustassistant.entry",
            "DROP TABLE rustassistant.entry",
            "ALTER TABLE rustassistant.entry DISABLE ROW LEVEL SECURITY",
            "CREATE TABLE rustassistant.mine ()",
            "SET ROLE owner",
            "SELECT * FROM rustassistant._sqlx_migrations",
        ] {
            let code = refusal(&mut connection, statement).await;
            assert_eq!(code.as_deref(), Some("42501"), "{user}: {statement}");
        }
    }
    // A branch is never `main`, whatever it claims.
    let mut admin = database.admin().await;
    let statement = "INSERT INTO rustassistant.branch VALUES ('branch', 'main')";
    let code = refusal(&mut admin, statement).await;
    assert_eq!(code.as_deref(), Some("23514"));
}

#[tokio::test]
async fn a_branch_sees_no_other_branch() {
    let database = filled().await;
    database
        .say("INSERT INTO rustassistant.branch VALUES ('somebody', 'pr-2')")
        .await;
    let mut connection = connect(&database, "branch").await;
    let seen: Vec<String> = sqlx::query_scalar("SELECT ns FROM rustassistant.branch")
        .fetch_all(&mut connection)
        .await
        .unwrap();
    assert_eq!(seen, ["pr-1"]);
    // The group itself isn't assigned to any branch.
    let left = "SET ROLE rustassistant_branch";
    assert_eq!(refusal(&mut connection, left).await, None);
    let seen: i64 =
        sqlx::query_scalar("SELECT count(*) FROM rustassistant.entry WHERE ns <> 'main'")
            .fetch_one(&mut connection)
            .await
            .unwrap();
    assert_eq!(seen, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_set_up_at_once_and_again() {
    let database = Postgres::bare_database().await;
    let other = Postgres::bare_database().await;
    let setups = (0..6).map(|turn| {
        let database = if turn % 3 == 0 { &other } else { &database };
        let remote = database.on_socket("owner");
        tokio::spawn(async move { setup(&remote, &rustassistant::migrations::POSTGRES).await })
    });
    for done in setups.collect::<Vec<_>>() {
        done.await.unwrap().unwrap();
    }
    let writer = shelf(&database.on_socket("writer")).await;
    assert_eq!(writer.store(&rows(2)).await, Ok(2));
    setup(
        &database.on_socket("owner"),
        &rustassistant::migrations::POSTGRES,
    )
    .await
    .unwrap();
    assert_eq!(writer.fetch(&keys(1)).await, [Ok(Some(row(0)))]);
}

#[tokio::test]
async fn who_may_not_set_up_is_told_what_is_missing() {
    let database = Postgres::bare_database().await;
    let fault = setup(
        &database.on_socket("reader"),
        &rustassistant::migrations::POSTGRES,
    )
    .await
    .unwrap_err();
    assert_fault(&fault, FaultKind::Denied);

    let (_server, database) = Postgres::own(&[]).await;
    for role in ["reader", "plain", "writer", "branch", "gc", "server"] {
        database.say(&format!("DROP ROLE {role}")).await;
    }
    database
        .say(
            "DROP SCHEMA rustassistant CASCADE; DROP ROLE rustassistant_writer; \
             ALTER ROLE owner NOCREATEROLE",
        )
        .await;
    let fault = setup(
        &database.on_socket("owner"),
        &rustassistant::migrations::POSTGRES,
    )
    .await
    .unwrap_err();
    assert_fault(&fault, FaultKind::Denied);
    let text = fault.to_string();
    assert!(
        text.contains("rustassistant_writer") && text.contains("CREATEROLE"),
        "{text}"
    );
    // Nothing is left incomplete.
    let reader = shelf(&database.on_socket("owner")).await;
    let fetched = reader.fetch(&keys(1)).await;
    assert_eq!(fetched, [Err(FaultKind::NoTable)]);
}

#[tokio::test]
async fn a_newer_version_is_left_alone() {
    let database = Postgres::database().await;
    database
        .say(
            "INSERT INTO rustassistant._sqlx_migrations \
             SELECT 9999, 'from the future', now(), true, checksum, 0 FROM rustassistant._sqlx_migrations LIMIT 1",
        )
        .await;
    let fault = setup(
        &database.on_socket("owner"),
        &rustassistant::migrations::POSTGRES,
    )
    .await
    .unwrap_err();
    assert_fault(&fault, FaultKind::Newer);
}
