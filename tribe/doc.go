// Package tribe is who belongs together: tribes that people start, join and
// leave, and the groups that what people do with each other suggests.
//
// Tables: tribe, tribe_wording, membership, tribe_word, tribe_word_choice and
// tribe_idea are what people say; tribe_renaming is of which renamings members are told; tie, tie_source, tribe_thing, tribe_ballot,
// tribe_against, tribe_support, tribe_voter, tribe_day and tribe_week are kept by Follow from
// the facts of other folders, whose tables it never reads; tribe_group,
// tribe_group_member, tribe_strength and tribe_run are what Look finds.
//
// What always holds:
//
//   - Nobody is in a tribe but by joining it themselves, and nobody's name is
//     shown as a member's unless they agreed.
//   - No two tribes have names that fold to the same words.
//   - A tie's n is the number of its sources that stand; for votes, the number
//     of ideas where no more than Window-1 voters stand between the two.
//   - tribe_support has, for each idea and tribe, how many ballots of the idea,
//     and how many against it, are by those whom the tribe counts; tribe 0
//     counts everybody.
//   - Who refused a suggestion does not get it again.
package tribe
