// Package trend says what rises in what is said: topics that more people speak
// of than chance explains, needs that nobody meets, names that are said beside
// ours. It looks once an hour over what was heard in the last weeks.
//
// Tables: trend_look, trend, trend_voice. What always holds:
//
//   - What a look finds is written in one transaction. A trend found again, by
//     most of its mentions or by its label, is the same trend.
//   - A look reads at most 200,000 mentions: of more, those of some authors, chosen
//     by number and not by what they say.
//   - A trend opens to its voices as they are now: whose words are gone is not
//     among them.
package trend
