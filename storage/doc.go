// Package storage opens Tribune's database and runs its transactions, on an
// embedded SQLite folder or on PostgreSQL, with one SQL text for both.
//
// It stores nothing of its own but the schema (migrations/, one file a step,
// forward only, run at start) and the blobs. What always holds:
//
//   - A write is acknowledged only when it is durable: it survives kill -9 and
//     the loss of power.
//   - All writes on SQLite go through one connection that commits waiting
//     writes together, each in a savepoint of its own, so that a failing one
//     takes nothing else with it.
//   - Ids are 64-bit integers given by the database; times are Unix
//     microseconds in UTC, in columns named *_at.
//   - Statements use $N parameters, lower case, and nothing that only one
//     engine knows; the few forks ask Q.Postgres and are counted by a test.
package storage
