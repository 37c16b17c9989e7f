package keyness

import "strings"

// Stop gives whether a folded word of a language carries no meaning of its own
// (articles, pronouns, auxiliaries, and what apostrophes leave behind): such
// words count, but are not shown. Lists are short and our own; a language
// without one stops nothing but numbers and single letters.
func Stop(language string) func(word string) bool {
	base, _, _ := strings.Cut(strings.ToLower(language), "-")
	words := map[string]bool{}
	for _, w := range strings.Fields(stopWords(base)) {
		words[w] = true
	}
	return func(word string) bool {
		return words[word] || wordless(word)
	}
}

// wordless reports whether a word is a number, a single letter of a writing
// that has letters, or a part of an address.
func wordless(word string) bool {
	switch word {
	case "http", "https", "www", "com", "html", "org":
		return true
	}
	digits := 0
	for _, r := range word {
		if r >= '0' && r <= '9' {
			digits++
		}
	}
	return digits == len(word) || len(word) == 1
}

// stopWords gives the list of a language, folded.
func stopWords(language string) string {
	switch language {
	case "en":
		return `a about above after again all also am an and any are aren as at be because been before being below between both but by can cannot could couldn
			did didn do does doesn doing don done down during each else even ever every few for from further get gets got had hadn has hasn have haven having he
			her here hers herself him himself his how however i if in into is isn it its itself just ll let m may me might mine more most much must my myself no
			nor not now of off on once one only or other our ours ourselves out over own per quite rather re really s same she should shouldn since so some still
			such t than that the their theirs them themselves then there these they this those though through to too under until up upon us ve very was wasn we
			well were weren what when where whether which while who whom whose why will with within without won would wouldn yes yet you your yours yourself`
	case "fr":
		return `a ai aie ailleurs ainsi alors apres as au aucun aucune aussi autre autres aux avaient avais avait avant avec avez aviez avoir avons ayant beaucoup
			bien c ca car ce ceci cela celle celles celui ces cet cette ceux chaque chez comme comment d dans de deja depuis des donc dont du elle elles en encore
			entre es est et etaient etais etait etant ete etes etre eu eux fait faut furent fut il ils j je jusqu l la laquelle le lequel les leur leurs lors lorsque
			lui m ma mais me meme memes mes mieux moi moins mon n ne ni non nos notre nous on ont ou par parce pas peu peut peuvent plus plusieurs pour pourquoi
			puis qu quand que quel quelle quelles quels qui quoi s sa sans se sera serait ses si sinon soi soient sois soit sommes son sont sous suis sur t ta
			tandis te tel telle tes toi ton toujours tous tout toute toutes tres trop tu un une vers voici voila vos votre vous vraiment y`
	case "de":
		return `aber alle allem allen aller alles als also am an auch auf aus bei beim bin bis bist da dabei dadurch dafur damit danach dann darauf darf daran darin
			darum das dass davon dazu dein deine dem den denn der deren des deshalb dessen die dies diese diesem diesen dieser dieses doch dort du durch ein eine einem
			einen einer eines einmal er es etwa etwas euch euer eure fur ganz gar gegen gibt habe haben hat hatte hatten hier hin hinter ich ihm ihn ihnen ihr ihre ihrem
			ihren ihrer im immer in ins ist ja jede jedem jeden jeder jedes jetzt kann kannst kein keine keinem keinen keiner konnen konnte machen mal man manche mehr
			mein meine meinem meinen meiner mich mir mit muss mussen nach nicht nichts noch nun nur ob oder ohne schon sehr sein seine seinem seinen seiner seit selbst
			sich sie sind so solche sollen sollte sondern sonst uber um und uns unser unsere unserem unseren unter viel viele vom von vor wann war waren warum was
			weil welche welcher wenn wer werde werden wie wieder will wir wird wo wollen worden wurde wurden zu zum zur zwar zwischen`
	case "es":
		return `a al algo alguna algunas alguno algunos ante antes asi aun aunque bien cada casi como con contra cual cuales cuando cuanto da de del desde donde dos
			durante e el ella ellas ellos en entre era eran eres es esa esas ese eso esos esta estaba estaban estado estais estamos estan estar estas este esto estos
			estoy fue fueron fui ha habia habian hace hacen hacer han has hasta hay haya he hemos hoy la las le les lo los mas me mi mientras mis mucha muchas mucho
			muchos muy nada ni no nos nosotros nuestra nuestras nuestro nuestros o os otra otras otro otros para pero poco por porque pues que quien quienes se sea
			sean ser si sido siempre sin sino sobre sois solo somos son soy su sus suya suyo tal tambien tampoco tan tanto te tenemos tener tengo ti tiene tienen toda
			todas todo todos tu tus un una unas uno unos usted ustedes va van vosotros vuestra vuestro y ya yo`
	case "pt":
		return `a ainda alem algo alguem algum alguma algumas alguns ao aos apenas apos aquela aquele aqueles aqui as assim ate bem cada com como contra da dai das de
			dela delas dele deles depois desde dessa desse desta deste do dos duas e ela elas ele eles em enquanto entao entre era eram essa essas esse esses esta estamos
			estao estar estas estava estavam este estes estou eu faz fazer foi for foram fosse ha isso isto ja la lhe lhes logo mais mas me mesma mesmo meu meus minha
			minhas muita muitas muito muitos na nada nao nas nem nenhum nenhuma nessa nesse nesta neste no nos nossa nossas nosso nossos num numa o onde os ou outra
			outras outro outros para pela pelas pelo pelos per pode podem pois por porque pouco qual quando quanto que quem sao se seja sem sempre sendo ser sera seu
			seus si sido sim so sob sobre sua suas tal tambem tanto tao te tem tenho ter teu teve tinha toda todas todo todos tu tua tudo um uma umas uns vai vao voce
			voces vos`
	}
	return ""
}
