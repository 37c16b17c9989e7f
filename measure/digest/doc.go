// Package digest tells those of the team who want it, every day or every week at
// the hour they chose, what happened since the last: how much was heard, what
// stood out, what rises, what people miss, who waits, and what was answered.
//
// Tables: digest, digest_mail. What always holds:
//
//   - Nobody gets one who did not ask for it, and nobody gets two on one day of
//     their own calendar: the outbox knows each by person and day.
//   - What one tells begins where the one before ended, also after a time without
//     power.
//   - It holds ids and times alone. Its words are read when it leaves, so what was
//     withdrawn or erased meanwhile is not in it.
//   - Of a time in which nothing happened there is none.
package digest
