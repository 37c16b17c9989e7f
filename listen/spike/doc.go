// Package spike says when people speak of something far more, or far less,
// than they usually do: it feeds the counts of each standing query, and those of
// all mentions, to a burst detector.
//
// Tables: spike_watch, spike, unheard. What always holds:
//
//   - What is stored is what feeding all counts, as they are now, to a fresh
//     detector gives: slots of the last hour are judged anew each time, and a
//     series whose earlier counts changed (a mention was deleted, edited, or
//     came late) is judged from its beginning.
//   - A rise is found within a minute of the mentions that make it. A drop or a
//     silence is found once its slots are an hour old: sources are not asked all the time.
//   - While the past of a series arrives it is not judged; a time to which nobody
//     listened is not taken for one in which nothing was said.
//   - State, spikes and their facts change in one transaction: after a crash the
//     same spike is found again, not twice.
//   - What drove a spike names words and links that at least five authors said,
//     and accounts by id: whose words are gone is not among them.
package spike
