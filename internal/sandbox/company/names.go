// SPDX-License-Identifier: MPL-2.0

package company

import (
	"strconv"
	"strings"
)

// place is a site of the company. In phone numbers, # stands for a digit; where a country keeps numbers for fiction, those are used.
type place struct {
	weight                          int
	country, city, zone, location   string
	postal, office, mobile, streets string
	first, last                     []string
}

var places = []place{
	{20, "DE", "Berlin", "Europe/Berlin", "Europe", "10###", "+49 30 23125###", "+49 171 39200##", "Hauptstraße|Gartenweg|Große Allee",
		words("Anna Jürgen Björn Käthe Lukas Mia Jörg Sören Friederike Hans-Peter Leonie Uwe Günther Maximilian Charlotte Emil"),
		words("Müller Schmidt Schröder Weiß Größler Köhler Fischer Böhm Jäger Strauß Lange Krüger Vogt Brandt Ebert")},
	{8, "DE", "München", "Europe/Berlin", "Europe", "80###", "+49 89 99998###", "+49 171 39200##", "Leopoldstraße|Am Anger|Münchner Weg",
		words("Xaver Zenzi Resi Korbinian Vroni Ludwig Sepp Afra Veit Magdalena"),
		words("Huber Maier Mayer Meier Mayr Gruber Bäumler Öttl Süß Kögl")},
	{14, "GB", "London", "Europe/London", "Europe", "EC1A #BB", "+44 20 7946 0###", "+44 7700 900###", "High Street|Church Lane|Station Road",
		words("Olivia George Siân Niamh Alastair Seòras Imogen Harry Zara Dafydd Caoimhe Rhys Mohammed Freya"),
		words("Smith Jones O'Neill MacDonald Llewellyn Featherstonehaugh Taylor Khan Ó'Súilleabháin Brown Patel Evans")},
	{22, "US", "Seattle", "America/Los_Angeles", "North America", "981##", "+1 206 555 01##", "+1 206 555 01##", "Pine St|Alaskan Way|1st Ave",
		words("Emma Liam Noah Ava Jayden LaToya Mary-Jane DeShawn Sophia Mason Chloé J.D. Ethan Harper"),
		words("Johnson Williams Garcia Nguyen St.Clair McGregor Lee Washington Begay Kealoha Lopez Kim Van-Buren Baker")},
	{6, "US", "New York", "America/New_York", "North America", "100##", "+1 212 555 01##", "+1 212 555 01##", "Broadway|Wall St|5th Ave",
		words("Rivka Anthony Carmela Tyrone Isabella José Shaniqua Abraham Gianna Malik"),
		words("Rosenberg DiMaggio Rivera Jackson Cohen Ortíz Chen D'Angelo Kowalski Brooks")},
	{9, "FR", "Paris", "Europe/Paris", "Europe", "750##", "+33 1 99 00 ## ##", "+33 6 39 98 ## ##", "Rue de la Paix|Boulevard Voltaire|Allée des Érables",
		words("Zoé François Élodie Gaël Aurélie Loïc Anaïs Jean-Baptiste Noël Hélène Benoît Maëlys"),
		words("Dupont L'Hôpital Lefèvre D'Artagnan Beauséjour Nuñez Garçon Cœur Benoît Mercier Faÿ Hervé")},
	{14, "IN", "Bengaluru", "Asia/Kolkata", "Asia Pacific", "5600##", "+91 80 4000 ####", "+91 98450 #####", "MG Road|Brigade Road|100 Feet Road",
		words("Aarav Priya Rajesh Ananya Venkatesh Lakshmi Mohammed Sunita Arjun Deepika आरव प्रिया"),
		words("Sharma Patel Iyer Krishnamurthy Singh Reddy Venkataraman Das Khan Nair शर्मा पटेल")},
	{6, "JP", "Tokyo", "Asia/Tokyo", "Asia Pacific", "100-00##", "+81 3 4500 ####", "+81 90 1234 ####", "Marunouchi 1-chōme|Ginza 4-chōme",
		words("太郎 花子 さくら 健一 Yūki Haruto Sakura Shinji ケン 美咲"),
		words("山田 佐藤 鈴木 Tanaka Ōno Satō 高橋 Watanabe 﨑山 髙田")},
	{6, "VN", "Hà Nội", "Asia/Ho_Chi_Minh", "Asia Pacific", "1000##", "+84 24 3826 ####", "+84 91 234 ####", "Phố Huế|Đường Láng|Tràng Tiền",
		words("Đức Hương Tuấn Phượng Thảo Quỳnh Minh Ánh Dũng Thúy"),
		words("Nguyễn Trần Đặng Phạm Lê Hoàng Bùi Đỗ Vũ Ngô")},
	{7, "BR", "São Paulo", "America/Sao_Paulo", "South America", "01###-000", "+55 11 3000 ####", "+55 11 9 8000 ####", "Avenida Paulista|Rua Conceição",
		words("João Conceição Antônio Luísa Márcia Thiago Vitória Caetano Flávia Inês"),
		words("da-Silva Gonçalves dos-Santos Araújo Conceição Magalhães Simões Oliveira Falcão Péres")},
	{5, "NO", "Tromsø", "Europe/Oslo", "Europe", "90##", "+47 77 60 ## ##", "+47 41 23 ## ##", "Storgata|Sjøgata",
		words("Øystein Åse Bjørn Ingrid Håkon Solveig Knut Ragnhild"),
		words("Ødegård Hansen Bjørnstad Åsen Nygård Sæther Lie Strøm")},
	{4, "PL", "Łódź", "Europe/Warsaw", "Europe", "90-###", "+48 42 600 ## ##", "+48 600 ### ###", "Piotrkowska|Księży Młyn",
		words("Łukasz Małgorzata Zdzisław Grażyna Światosław Agnieszka Żaneta Michał"),
		words("Wójcik Wiśniewska Brzęczyszczykiewicz Źdźbło Łącki Nowak Szczęsny Dąbrowska")},
	{4, "GR", "Αθήνα", "Europe/Athens", "Europe", "105 ##", "+30 21 0300 ####", "+30 694 123 ####", "Ερμού|Σταδίου",
		words("Γιώργος Ελένη Κώστας Μαρία Νίκος Σοφία"),
		words("Παπαδόπουλος Αγγελοπούλου Οικονόμου Νικολάου Δημητρίου Κωνσταντίνου")},
	{3, "IL", "תל אביב", "Asia/Jerusalem", "Middle East", "61###", "+972 3 620 ####", "+972 50 234 ####", "רוטשילד|דיזנגוף",
		words("נועה יוסף דוד שרה Noa Yosef"),
		words("כהן לוי מזרחי Cohen Levi בן-דוד")},
	{3, "EG", "القاهرة", "Africa/Cairo", "Middle East", "115##", "+20 2 2500 ####", "+20 100 123 ####", "شارع طلعت حرب|Tahrir Street",
		words("محمد فاطمة أحمد Yasmin Omar عمر"),
		words("عبدالله السيد Hassan El-Sayed حسن منصور")},
	{4, "MX", "Ciudad de México", "America/Mexico_City", "North America", "06###", "+52 55 5000 ####", "+52 55 1234 ####", "Avenida Juárez|Paseo de la Reforma",
		words("José María Guadalupe Íñigo Ángel Ximena Jesús Begoña"),
		words("González Muñoz Peña Ibáñez Hernández Núñez Zúñiga Ávila")},
	{3, "TR", "İstanbul", "Europe/Istanbul", "Europe", "34###", "+90 212 555 ####", "+90 532 123 ####", "İstiklal Caddesi|Bağdat Caddesi",
		words("Işıl İbrahim Çağla Gökçe Şükrü Ömer"),
		words("Yılmaz Şahin Öztürk Çelik Doğan Kılıç")},
}

// hostile are names that are right, and that programs get wrong: delimiters of CSV, LDAP distinguished names and filters, words
// that read as something else, lengths, scripts, and one letter in two encodings.
var hostile = [][2]string{
	{"Seán", "O'Brien"},
	{"Zoë", "Smith, Jr."},
	{"Zoe\u0308", "Smith"}, // the same letters in decomposed form (NFD)
	{`William "Bill"`, "Gates"},
	{`Back\slash`, "Jones"},
	{"Jennifer", "Null"},
	{"True", "False"},
	{"Max", "Mustermann (extern)"},
	{"Anna*", "Stern"},
	{"A=B", "C+D"},
	{"#Hash", "Tag"},
	{"Semi;colon", "<Angle>"},
	{"X", "Y"},
	{"Rosé 🌹", "Blume"},
	{"Maria do Carmo Mão de Ferro e Cunha de Almeida Santa Rita", "Santos Abreu Wolfeschlegelsteinhausenbergerdorff"},
	{"Nguyễn Thị", "Đặng"},
	{"Łukasz", "Ødegård-Größe"},
	{"=SUM(A1)", "Formel"},
	{"Иван", "Щербаков"},
	{"สมชาย", "ใจดี"},
	{"지우", "김"},
	{"Admin", "Administrator"},
	{"𠮷野", "太郎"}, // outside the basic plane: two UTF-16 units
	{"R&D", "O’Connor"},
}

var departments = []struct {
	name, division string
	titles         []string
}{
	{"Engineering", "Product", []string{"Software Engineer", "Senior Software Engineer", "Test Engineer", "Architect"}},
	{"Sales", "Commercial", []string{"Account Executive", "Sales Engineer", "Sales Assistant"}},
	{"Research & Development", "Product", []string{"Scientist", "Laboratory Technician", "Research Fellow"}},
	{"Finance", "Corporate", []string{"Accountant", "Controller", "Payroll Specialist"}},
	{"Human Resources", "Corporate", []string{"HR Business Partner", "Recruiter"}},
	{"Information Technology", "Corporate", []string{"Systems Administrator", "Identity Engineer", "Service Desk Analyst"}},
	{"Operations", "Operations", []string{"Operator", "Planner", "Buyer", "Warehouse Clerk"}},
	{"Marketing", "Commercial", []string{"Brand Manager", "Copywriter", "Designer"}},
	{"Customer Service", "Commercial", []string{"Agent", "Senior Agent"}},
	{"Legal", "Corporate", []string{"Counsel", "Paralegal"}},
	{"Quality, Health and Safety", "Operations", []string{"Inspector", "Safety Officer"}},
}

var weights = func() []int {
	w := make([]int, len(places))
	for i, p := range places {
		w[i] = p.weight
	}
	return w
}()

// settle gives the worker an address and phones at the place. Some have no mobile phone.
func (p *place) settle(w *Worker, r *random) {
	w.CountryCode, w.City, w.TimeZone, w.Location = p.country, p.city, p.zone, p.location
	w.StreetAddress = pick(r, strings.Split(p.streets, "|")) + " " + strconv.Itoa(1+r.below(200))
	w.PostalCode, w.OfficePhone = digits(r, p.postal), digits(r, p.office)
	if r.chance(70) {
		w.Mobile = digits(r, p.mobile)
	}
}

// digits replaces each # by a digit.
func digits(r *random, pattern string) string {
	b := []byte(pattern)
	for i, c := range b {
		if c == '#' {
			b[i] = byte('0' + r.below(10))
		}
	}
	return string(b)
}

func words(s string) []string { return strings.Fields(s) }
