// Package i18n gives the program its languages: a catalogue whose keys are the
// English texts themselves, and a Printer that writes texts, numbers, dates and
// names the way one reader reads them.
//
// A text may have {name} holes, filled from name, value pairs. Translations lie
// in fr.json files beside the code that uses them: an object from the English
// text to the French one, or, for a text that counts, from the English plural
// to an object {"one": ..., "other": ...}, as CLDR names the plural forms that
// both languages have. English needs no file.
package i18n
