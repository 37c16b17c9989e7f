// Package burst watches how often something is mentioned and says when that is
// not normal: a rise, a drop, or a silence. It reads one value at a time and
// keeps a state of fixed size, which can be written down and taken up again.
//
// Values are summed to bins of an hour (a series of wider steps is taken as it
// is), and a bin's count x is judged on Anscombe's scale (1948), where counts
// vary alike whatever their size:
//
//	y = 2·sqrt(x + 3/8)
//	m = base[hour] · factor[weekday]          what is normal then
//	r = (y − m) / s,   s² = max(variance, 2)
//	z = λ·clip(r, ±10) + (1−λ)·z              an EWMA chart (Roberts 1959)
//	Z = z / sqrt(λ/(2−λ))                     in standard deviations of z
//
// A bin with Z ≥ L is a rise, one with Z ≤ −L a drop, if it is also at least 5
// mentions away from what was expected. L is 5.6; each rise or drop adds 1 to
// it, which is forgotten with e^(−t/28 days). The baseline learns from every
// bin that is not told of, but from none by more than 3 s, so that neither a spike nor an
// outage of the past moves it:
//
//	c = clip(y − m, ±3s)
//	base += .15·c   factor += .02·c/base   variance += .005·(c² − variance)
//
// At first it learns faster, by 1/(1+n) for the n-th value of an hour and by
// 1/(20+n) for the n-th bin's variance.
//
// What no hour shows by itself is in the sum of several. The last 3, 6, 12 and 24
// bins are judged together, with the baseline times the level of each weekday
// (counts over what the baseline said of them, on the scale of counts):
//
//	y = 2·sqrt(Σx + 3/8) − 2·sqrt(Σμ + 3/8)
//	Z = y / s,   s² = max(variance of y, measured for each span, 1.3)
//
// with each x within 3 s of its μ, so that no single hour makes a sum. A sum with
// |Z| ≥ 4.8 is a rise or a drop, if it is 5 mentions away and its last bins show
// it, too; one that is told goes on if those since its end show it by themselves. What has to be told already teaches nothing, and what goes on is one
// alert, which begins with the bin from which on all bins together are furthest
// from what was expected. Sums are judged after 15 days.
//
// A rise that goes on for more than 48 hours, with three quarters of the last day above
// what is usual, is the new level (level.go), and so is a fall after a week: it is over, and the series
// begins anew two days before, with the last day as the baseline and the weekdays' factors of before. So it is
// not judged for five days from then, of sums not for 13; but if a day in these five is nearer to the level
// before, the detector goes on with that. However long nothing was heard before,
// it says nothing of what is usual now. What goes on for more than a week and is no
// level, as some loud hours a day, is learned by and by.
// All this is for bins of an hour or so; a daily series learns from every bin.
//
// A silence is a run of values of 0 that chance hardly makes. For a negative
// binomial count of mean μ and variance φμ, −ln P(0) = μ·ln φ/(φ−1), here with
// φ = s²; a run is a silence when the sum over it passes 20, and passes twice
// what runs reached lately: sources that are asked rarely are silent in between.
//
// A rise is told before its hour is over: counts only grow, so an hour that is
// too high now is too high at its end.
//
// What always holds: no alert in the first week of a series or of a new level, of sums not in the first 15 days; a value that is not there is
// not a zero; feeding a series in two parts, with the state written down in
// between, gives what feeding it whole gives; no two alerts overlap. The package is pure: no I/O, no
// clock, no state of its own.
package burst
