package naming

import "testing"

func TestNobody(t *testing.T) {
	for _, name := range []string{
		"A friend", "a friend", "A FRIEND", "A friend of mine", "a friend at work", "My sister", "My little brother", "my sister-in-law", "An old friend", "one of my friends", "an aunt", "my co-worker", "From a friend",
		"Ma sœur", "Ma soeur", "Une amie", "un ami", "Mon meilleur ami", "L’ami de ma mère", "une de mes amies", "ma belle-sœur", "ma grand-mère", "par une amie",
		"ein Freund", "Mein bester Freund", "eine Kollegin", "meine Schwägerin", "von einem Freund", "Un amigo", "Mi hermana", "una compañera", "un amico", "Il mio amico", "mia sorella", "un’amica",
		"Uma amiga", "una prima", "El primo de Ana", "mia nonna", "A cousin of mine", "uma irmã", "Ma maman", "a minha irmã", "o meu amigo", "meu pai", "А friend",
		"Nobody", "no one", "Unknown", "I don't know", "I don’t know", "Someone at work", "Somebody", "Word of mouth", "Bouche à oreille", "Quelqu’un", "Keine Ahnung", "Mundpropaganda", "Nadie", "No lo sé", "Não sei", "Passaparola", "myself",
		"Google", "Instagram", "Instagram Ad", "instagram ads", "a YouTube video", "Google search", "the internet", "Facebook group", "Amazon", "on TV", "une publicité sur Instagram",
		"At The", "At the market", "from the fair", "A man", "a woman", "My doctor", "my dentist", "my ex", "my pen pal", "un monsieur", "une dame", "eine Dame", "a customer", "A shop", "friend of mine", "email", "me", "moi", "Ich", "nothing", "my step-sister", "mein Arzt", "mon médecin", "mi médico", "mon ex", "mein Ex", "un client", "ein Kunde", "un cliente", "il mio medico", "meu médico",
		"x", "X.", "É", "CEO", "CEO 1", "CE0", "The CEO", "CEO and founder", "Dr.", "Mr", "Monsieur le directeur", "Director of Sales", "Marketing Manager", "Chief Executive Officer", "Geschäftsführer",
	} {
		if !Nobody(name) || Personal(name, "Oriflamme", true) == Somebody {
			t.Errorf("%q passes as a name", name)
		}
	}
}

// TestNobodyLetsPeopleBe holds the rule to names of people of many countries that
// come near to it.
func TestNobodyLetsPeopleBe(t *testing.T) {
	for _, name := range []string{
		"An Nguyen", "A. Smith", "A Smith", "A. Friend", "Mya", "Le Corbusier", "La Toya", "La Toya Jackson", "La Tia Brown", "Una Stubbs", "El Hadji", "El Hadji Diouf", "My Nguyen", "My Linh", "Mỹ Sơn", "Nguyễn Thị Mỹ",
		"An Cousin", "Victor Cousin", "Le Ami", "Mia Amici", "Mia Zia", "Una Prima", "Uma Mae", "Ma Mamie", "Lê Mari", "Lê Cousin", "El Primo", "Mio Amico", "Lo Papa", "A Cousin", "L Amico", "L. Papa", "Šír", "Le Frau", "Mia Farrow", "Mio Tanaka", "Ma Long", "Ma Jian", "Lê Thị Mai", "Le Pen", "Un Hui Kim", "Um Ki-joon", "Son Ye-jin", "Do Kwon", "Des O’Connor",
		"Der Nister", "Das Gupta", "Ami Mizuno", "Al Gore", "Lo Papa", "De la Cruz", "Ludwig von Mises", "A Pai", "A Pal", "My Pal", "An Mai", "O Se-hun", "No Se-yeon", "Patsy Friend", "Friend", "Freund",
		"Rosa Amigo", "Sister Rosetta Tharpe", "Brother Ali", "Frère Roger", "Mère Teresa", "Nan Goldin", "Ad Melkert", "Ad", "Bo", "Ng", "Li", "Wu", "Ib", "Cher", "Madonna", "Boss", "Hugo Boss", "Don", "Don Draper", "Earl", "Dean",
		"Mr Sales", "Dr Do", "Dr. Le", "Mr. An", "Prof. Dr. La Torre", "Herr Vogel", "Frau Holle", "Dr. Dre", "Larry Page", "Emily Post", "Ida Story", "Amazon Eve", "Will Search", "Val Director", "Pat Manager", "Chief Joseph",
		"Noone Smith", "Siri", "Alexa", "Tom Tom", "Günther Knecht", "Þóra Jónsdóttir", "Željko Obradović", "李小龍", "김", "あ", "محمد", "Γιώργος", "Ольга", "Ма Мария", "Ein Gil", "Mi Yung", "Mi Na", "Mis Hussein",
		"Les Paul", "Les Dawson", "The Anh Nguyen", "Her Xiong", "One Mabuza", "Jean Père", "Antoine Compagnon", "L. Ami", "Paul le Voisin", "P1", "J J", "A. B.", "Ye", "Me Nguyen", "Personne Dupont", "Nada", "Rien", "Yo", "Eu", "Ex Machina", "Le Docteur Martin",
	} {
		if Nobody(name) {
			t.Errorf("%q is taken for nobody’s", name)
		}
	}
}
