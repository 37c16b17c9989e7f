// Package desk is the staff's first page, "today", and the parts that the
// desk's other pages share: clocks, who speaks, mentions, tabs.
package desk
