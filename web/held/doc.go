// Package held is the page that says what is held about somebody who has no
// account here. Each answer that leaves for elsewhere carries a link to it.
package held
