package names

import "strings"

// In German every noun has a capital, so a capital alone is no sign of a name.
const (
	seldom     = .25 // of a German name's uses stand behind an article or the like; of a noun's far more do
	bareUses   = 2   // that are needed to say so
	longWord   = 15  // letters of a word that is put together from others
	formedLike = 2   // uses of a word with an ending that make it a noun with an ending
)

// germanName reports whether a capitalised word that only German posts have is
// a name: it stands bare, is written without endings of nouns, and is no noun
// that everybody uses, nor ends in one.
func (f *Finder) germanName(n *name) bool {
	if strings.Contains(n.key, " ") {
		return n.bare > 0 && f.unlikeNouns(n)
	}
	form := f.forms[n.key]
	if form != nil && form.upper > 0 && 2*form.upper >= form.capital+form.small {
		return true // an abbreviation
	}
	if len(n.key) >= longWord || f.lists.nouns[n.key] || nounLike(n.key) || f.inflected(n.key) {
		return false
	}
	return n.bare >= bareUses && float64(n.determined) <= seldom*float64(n.determined+n.bare)
}

// unlikeNouns reports whether some word of several is no noun: two nouns side by side
// are no name.
func (f *Finder) unlikeNouns(n *name) bool {
	for word := range strings.FieldsSeq(n.key) {
		if !f.lists.nouns[word] && !nounLike(word) && !f.inflected(word) && !numeric(word) {
			return true
		}
	}
	return false
}

// nounLike reports whether a word ends as only nouns do that are derived from
// other words.
func nounLike(word string) bool {
	for _, ending := range []string{"ung", "ungen", "heit", "heiten", "keit", "keiten", "schaft", "schaften", "tion", "tionen", "tat", "taten", "ismus", "nisse", "chen", "lein", "ierung", "erin", "erinnen",
		"zeug", "sache", "sachen", "weise", "stelle", "platz", "preis", "preise", "papier", "buch", "bucher", "heft", "hefte", "stift", "stifte", "tasche", "taschen", "aktion", "problem", "probleme", "fehler", "halter", "hulle", "band", "deckel", "seite", "seiten"} {
		if len(word) > len(ending)+2 && strings.HasSuffix(word, ending) {
			return true
		}
	}
	return false
}

// inflected reports whether a word is there with, or without, an ending of
// nouns as well.
func (f *Finder) inflected(word string) bool {
	for _, ending := range []string{"e", "n", "en", "er", "ern", "es", "nen"} {
		if form := f.forms[word+ending]; form != nil && form.capital >= formedLike {
			return true
		}
		if stem, ok := strings.CutSuffix(word, ending); ok && len(stem) > 2 {
			if form := f.forms[stem]; form != nil && form.capital >= formedLike {
				return true
			}
		}
	}
	return false
}

// nouns are German words that stand with a capital and without an article, and
// are no names: what everybody has and says, amounts, feelings, and how sentences begin.
const nouns = `Ärger Abend Abende Absicht Adresse Affäre Ahnung Akku Aktion Alltag Alter Anfang Angebot Angebote Angst Ansicht Antwort Antworten Anzeige Apfel App Apps Arbeit Arm Arme Arsch Art Artikel
	Arzt Auftrag Auge Augen Ausgabe Auto Autos Bad Bahn Ball Band Bank Bar Bauch Baum Bedarf Beginn Beispiel Beitrag Beiträge Beruf Bescheid Besserung Bestellung Besuch Bett Bier Bild Bilder
	Blatt Blätter Blick Block Blut Bock Boden Börse Brief Briefe Brot Bruder Buch Bücher Bund Büro Bus Chance Chef Computer Damen Dank Danke Daten Datum Daumen Deckel Demokratie Design Deutsch Dienst
	Ding Dinge Druck Durst Ecke Ehre Ei Eier Eile Einkauf Eis Ende Englisch Energie Engel Erde Erfahrung Erfahrungen Erfolg Ergebnis Ergebnisse Ersatz Essen Etui Fahrrad Fahrt Fall Falle Familie Fan Fans
	Farbe Farben Fehler Feier Feierabend Fenster Ferien Fest Feuer Film Filme Finger Firma Fisch Flasche Fleisch Folge Form Foto Fotos Frage Fragen Frau Frauen Freiheit Freude Freund Freunde Freundin
	Frieden Frist Früchte Frühling Frühstück Füller Fuß Füße Fussball Fußball Garten Gast Gäste Geburtstag Gedanke Gedanken Geduld Gefahr Gefallen Gefühl Gefühle Gegner Geist Geld Gemüse Gerät Geräte
	Geschäft Geschenk Geschenke Geschichte Geschichten Geschmack Gesicht Gesundheit Gewalt Gewicht Glas Glück Glückwunsch Gold Gott Gratulation Grenze Größe Grund Gründe Gruppe Gruß Grüße Haar Haare
	Hallo Hand Hände Handy Haus Hause Haut Heft Hefte Heim Held Hemd Herbst Herr Herren Herz Herzen Hey Hilfe Himmel Hinweis Hoffnung Holz Hose Hotel Hund Hunde Hunger Hülle Idee Ideen Inhalt
	Interesse Internet Jahr Jahre Jahren Jahrhundert Job Jobs Jugend Junge Jungen Jungs Kaffee Kalender Kampf Karriere Karte Karten Kasse Katze Kauf Kinder Kind Kirche Klasse Klassiker Kleid
	Knopf Koffer Kollege Kollegen Kollegin König Kontakt Konto Kopf Kopfschmerzen Kosten Kraft Kreuz Krieg Krise Küche Kuchen Kunde Kunden Kundin Kunst Kurs Laden Land Länder Langeweile Lärm Laune Leben Leder
	Lehrer Leid Leistung Leute Leuten Licht Liebe Lied Lieferung Lineal Linie Linien Liste Loch Lösung Luft Lust Macht Mädchen Mädels Mail Mails Mal Mama Mann Männer Marke Marken Markt Maschine Material Mathe Medien
	Meer Meinung Menge Mensch Menschen Messer Meter Milch Million Millionen Minute Minuten Mist Mitte Mittag Mitarbeiter Mittel Mode Monat Monate Monaten Mond Montage Morgen Mühe Müll Mund Musik Mut
	Mutter Nachbar Nachbarin Nachricht Nachrichten Nacht Nähe Name Namen Nase Natur Neuigkeiten News Not Notiz Notizen Notizbuch Notizbücher Nummer Obst Ohr Ohren Ordnung Ort Paar Paket Papa Papier Party
	Pause Pech Person Personen Pferd Pflicht Plan Pläne Platz Politik Polizei Post Preis Preise Prinzip Problem Probleme Produkt Produkte Programm Projekt Prozent Prüfung Punkt Punkte Qualität Quatsch
	Rabatt Rad Rand Raum Recht Regal Regel Regen Reise Rechnung Reihe Rest Restaurant Richtung Ring Rock Rolle Rücken Rückgabe Rückruf Ruhe Sache Sachen Saft Salz Samt Sand Satz Schade Schatz Schirm Schlaf Schloss Schluss
	Schmerz Schmerzen Schnee Schnitt Schokolade Schreiben Schrift Schritt Schuh Schuhe Schuld Schulden Schule Schüler Schutz Schwester See Seele Seite Seiten Sekunde Sekunden Server Sex Sicherheit Sicht Sieg Sinn Sohn
	Sommer Sonne Sorge Sorgen Sorte Spaß Spiel Spiele Spitze Sport Sprache Spruch Staat Stadt Stelle Stellen Stift Stifte Stil Stimme Stimmung Stoff Strasse Straße Streit Stress Strom Stück Stücke
	Student Studium Stuhl Stunde Stunden Sturm Suche Super Supermarkt System Tafel Tag Tage Tagebuch Tagen Tasche Taschen Tasse Tat Team Tee Teil Teile Telefon Teller Termin Test Text Texte Thema Themen Tier Tiere
	Tinte Tinten Tisch Titel Tochter Tod Tor Tour Tränen Traum Träume Treppe Trend Trick Tür Tweet Tweets Uhr Umsatz Umschlag Unfall Universität Uni Unsinn Unterlagen Unterschied Unterschiede Update Urlaub Ursache Vater
	Veranstaltung Verein Vergleich Verkauf Verlust Verpackung Versand Versuch Vertrag Video Videos Volk Vorschlag Vorsicht Vorteil Vorteile Wahl Wahrheit Wald Wand Ware Wasser Weg Wege Weihnachten Wein Welt Wende Werbung Werk
	Werkstatt Wert Wetter Wind Winter Wissen Woche Wochen Wochenende Wohnung Wolle Wort Worte Wörter Wunder Wunsch Wünsche Würde Wut Zahl Zahlen Zahn Zeichen Zeichnung Zeit Zeiten Zeitung Zettel Ziel Ziele Zimmer Zufall
	Zug Züge Zukunft Zustand Zweifel
	Bitte Guten Gute Gut Lieber Lieben Nein Ja Ne Wow Hmm Aha Cool Genau Perfekt Wunderschön Happy Birthday Besten Beste Scheiße Scheiß Heute Endlich Gestern Leider Vielleicht`
