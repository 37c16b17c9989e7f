// Package persons is the desk's pages of people: the list, one page for each
// person or unclaimed account, joining and parting them.
package persons
