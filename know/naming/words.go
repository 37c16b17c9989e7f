package naming

// functions are words for what departments do: English, French, German,
// Spanish, Portuguese; Italian and Dutch, a few.
func functions() string {
	return ` account accounts accounting admin administration administrator administrators admins agent agents assistance billing bot business care
 chat client clients clientele commercial commerce communication communications community company complaint complaints contact corporate customer
 customers department desk dept development editor editorial editors enquiries feedback finance help helpdesk helpline hotline hr info information
 inquiries it legal logistics management marketing media moderation moderator moderators newsletter noreply office official online operations order
 orders ops postmaster pr press product products public purchasing quality reception recruiting recruitment relations resources human returns sales
 secretariat security service services shipping shop site social staff store success support team teams tech technical technology user users
 warranty warranties webmaster website official reply experience happiness
 repair repairs repairing workshop design engineering warehouse dispatch delivery deliveries studio research payment payments innovation partnerships
 accueil achats assistance boutique clients clientele collaborateurs commercial commerciaux communaute communication comptabilite conseil
 consommateur consommateurs direction editorial equipe equipes expeditions facturation generale humaines juridique livraison logistique magasin
 moderateur moderateurs moderation officiel officielle presse produit produits qualite rayon reclamations redaction relation relations renseignements
 ressources sav secretariat standard technique usagers vente ventes apres
 publique publiques publics garantie garanties reparation reparations atelier ateliers conception developpement expedition paiement paiements retour retours comptes
 abteilung anfragen auskunft beratung beschwerden betreuung buchhaltung einkauf firma geschaftsfuhrung hilfe kunde kunden kundenberatung
 kundenbetreuung kundendienst kundenservice leitung mannschaft marketingabteilung mitarbeiter offentlichkeitsarbeit personal personalabteilung
 pressestelle produktteam redaktion rechnung rechnungen sekretariat technik unternehmen verkauf versand vertrieb verwaltung zentrale
 logistik gewahrleistung reparatur reparaturen werkstatt gestaltung entwicklung lager lieferung bestellungen zahlungen finanzen offentlichkeit presse
 administracion administracao almacen apoio asistencia assistencia atencion atendimento atencao ayuda ajuda calidad qualidade cliente clientes
 comercial compras comunicacion comunicacao comunidad comunidade consumidor contabilidad contabilidade departamento devoluciones direccion direcao
 empresa equipa equipas equipe equipes equipo equipos envios facturacion faturacao finanzas financeiro informacion informacoes juridico logistica
 loja mercadeo moderador moderadores oficial pedidos prensa imprensa producto produto reclamaciones reclamacoes recursos humanos redaccion redacao
 servicio servicios servico servicos soporte suporte tecnico tienda usuario usuarios ventas vendas sac
 garantia garantias reparacion reparaciones reparacao reparacoes taller oficina diseno desarrollo desenvolvimento pagos pagamentos publicas
 assistenza vendite ufficio stampa servizio servizi supporto squadra redazione amministrazione spedizioni resi fatturazione qualita
 clienti reparto dipartimento contabilita magazzino acquisti ordini reclami personale
 commande commandes rh control ausgang eingang encomendas armazem setor seccao almacenes
 klantenservice klantendienst verkoop ondersteuning afdeling `
}

// many are words for many people, or for those who help: with one at either
// end it is nobody's name, whatever else stands there.
func many() string {
	return ` team teams support staff crew helpdesk helpline hotline department dept noreply webmaster postmaster
 equipe equipes assistance sav
 mannschaft kundendienst kundenservice kundenbetreuung kundenberatung abteilung pressestelle
 equipo equipos equipa equipas soporte suporte atendimento departamento
 customer+service customer+services customer+care customer+support customer+success customer+relations help+desk service+desk
 service+client service+clients service+clientele service+consommateurs relation+client relations+clients service+commercial service+presse
 servicio+cliente servicio+clientes servico+cliente atencion+cliente atencao+cliente apoio+cliente `
}

// articles may stand before a function, where other small words may not: Al
// Press and Di Sales are somebody.
func articles() string {
	return ` the le la les l der die das el los las o os our your your unser unsere notre nos votre vos nuestro nuestra nosso nossa `
}

// between are words that make no difference between functions.
func between() string {
	return ` a al an and ao aos at aus aux bei by chez com da das de del dem den der des di die do dos du e east el em en est este et for from fur i im l la las le les los
 net no non nord norte north not o oeste of on or org os ost oost ouest our pour para por r s south sud suden sul sur the to u und unser unsere us von west westen y your vos votre nos notre we & c d ` + legal()
}

// legal are forms of companies, which a brand may have or not.
func legal() string {
	return ` ab ag asa as bv co corp corporation eurl ev gmbh group groupe inc incorporated kg lda limited llc llp ltd ltda mbh nv oy plc pty sa sarl sas scop sl spa srl ug `
}

// elsewhere are the same in other scripts, as whole names without spaces.
func elsewhere() string {
	return ` 客服 客服部 客服中心 客服人员 在线客服 客户服务 客戶服務 客户服务部 售后 售后服务 技术支持 官方 官方客服 管理员 管理員 团队 團隊
 サポート カスタマーサポート カスタマーサービス お客様サポート お客様センター 公式 管理者 運営 スタッフ 고객센터 고객지원 고객서비스 관리자 운영팀 공식
 поддержка техподдержка службаподдержки клиентскийотдел администрация администратор модератор модераторы отделпродаж команда
 підтримка служба  υποστήριξη εξυπηρέτησηπελατών διαχειριστής الدعم دعم خدمةالعملاء فريقالدعم الإدارة תמיכה שירותלקוחות ฝ่ายบริการลูกค้า `
}
