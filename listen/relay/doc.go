// Package relay passes alerts on to other programs: each is posted as JSON to
// the addresses that the team set, signed as Standard Webhooks says.
//
// Tables: relay, relay_secret, relay_call, relay_try. What always holds:
//
//   - An alert goes to an address at least once: its row is written in the
//     transaction of the cursor that reads the facts, and is done when the
//     address has answered. A repeat has the same webhook-id.
//   - A rise that has grown, and what proved false, goes to those to whom the spike
//     went, with an id and a type of its own.
//   - It waits for nothing but its own address: neither for mail, nor for another
//     address that does not answer. An address that asks to wait is sent nothing
//     until then.
//   - What was withdrawn before it leaves does not leave; words that are not
//     public never do.
//   - An address that failed for five days, or says that it is gone, is paused,
//     and the desk says so; what waits then leaves when it is taken up again.
//   - A secret is shown once. The one before a new one signs for a day more.
package relay
