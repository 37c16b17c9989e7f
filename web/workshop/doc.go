// Package workshop is where the desk makes things together with customers:
// triage of ideas, voices, decisions and who is told of them, calls for ideas,
// releases.
package workshop
