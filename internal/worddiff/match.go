package worddiff

// match pairs the tokens of a with equal ones of b in the same order, as many
// as can be: pairs[i] is the place in b of a[i], -1 for none. ok is false if
// more than most tokens are in one of them alone. This is the greedy algorithm
// of E. Myers, "An O(ND) difference algorithm and its variations" (1986).
func match(a, b []string, most int) (pairs []int, ok bool) {
	pairs = make([]int, len(a))
	for i := range pairs {
		pairs[i] = -1
	}
	begin := 0
	for begin < len(a) && begin < len(b) && a[begin] == b[begin] {
		pairs[begin] = begin
		begin++
	}
	end := 0
	for end < len(a)-begin && end < len(b)-begin && a[len(a)-1-end] == b[len(b)-1-end] {
		pairs[len(a)-1-end] = len(b) - 1 - end
		end++
	}
	left, right := intern(a[begin:len(a)-end], b[begin:len(b)-end])
	trace, ok := walk(left, right, most)
	if !ok {
		return nil, false
	}
	i, j := len(left), len(right)
	for d := len(trace) - 1; d > 0; d-- {
		k, was := i-j, trace[d-1] // was has the diagonal k at k+d
		from := k - 1             // by leaving a token of a out
		if k == -d || k != d && was[k-1+d] < was[k+1+d] {
			from = k + 1 // by putting one of b in
		}
		x := int(was[from+d])
		for i > x && j > x-from {
			i, j = i-1, j-1
			pairs[begin+i] = begin + j
		}
		i, j = x, x-from
	}
	for i > 0 && j > 0 {
		i, j = i-1, j-1
		pairs[begin+i] = begin + j
	}
	return pairs, true
}

// intern gives equal tokens equal numbers.
func intern(a, b []string) (left, right []int32) {
	number := map[string]int32{}
	of := func(tokens []string) []int32 {
		all := make([]int32, len(tokens))
		for i, t := range tokens {
			n, ok := number[t]
			if !ok {
				n = int32(len(number))
				number[t] = n
			}
			all[i] = n
		}
		return all
	}
	return of(a), of(b)
}

// walk finds the fewest edits that make b of a. trace[d] holds how far along a
// each diagonal k came with d edits, at k+d+1.
func walk(a, b []int32, most int) (trace [][]int32, ok bool) {
	for d := 0; d <= min(most, len(a)+len(b)); d++ {
		v := make([]int32, 2*d+3)
		trace = append(trace, v)
		for k := -d; k <= d; k += 2 {
			x := int32(0)
			if d > 0 {
				was := trace[d-1] // which has the diagonal k at k+d
				if k == -d || k != d && was[k-1+d] < was[k+1+d] {
					x = was[k+1+d]
				} else {
					x = was[k-1+d] + 1
				}
			}
			for int(x) < len(a) && int(x)-k < len(b) && a[x] == b[int(x)-k] {
				x++
			}
			v[k+d+1] = x
			if int(x) >= len(a) && int(x)-k >= len(b) {
				return trace, true
			}
		}
	}
	return nil, false
}
