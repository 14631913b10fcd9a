"""Our own labelled sentences for the detector `ner`, names common and people none in particular.

`<P:…>` marks a person, `<L:…>` a place, `<O:…>` an organisation, `<A:…>` an address. Rules were
written while looking at `DEVELOPMENT`; `HELD_OUT` was written before them.
`UNLISTED` came last: longer sentences with names and towns that are in no list of ours. Of both,
only the sums were read, but for two sentences that a second redaction changed.
"""

import re
from dataclasses import dataclass

TYPES = {"P": "PERSON", "L": "LOCATION", "O": "ORGANIZATION", "A": "ADDRESS"}
_MARK = r"<([PLOA]):([^<>]+)>"


@dataclass(frozen=True)
class LabelledText:
    """A text, and what stands where in it."""

    text: str
    spans: tuple[tuple[str, int, int], ...]


def labelled(marked: str) -> LabelledText:
    """Take the marks out of a text."""
    pieces: list[str] = []
    spans: list[tuple[str, int, int]] = []
    at = size = 0
    for mark in re.finditer(_MARK, marked):
        before, name = marked[at : mark.start()], mark[2]
        size += len(before)
        spans.append((TYPES[mark[1]], size, size + len(name)))
        pieces += [before, name]
        size, at = size + len(name), mark.end()
    return LabelledText("".join([*pieces, marked[at:]]), tuple(spans))


DEVELOPMENT = tuple(
    map(
        labelled,
        (
            "<P:Maria Lopez> will join the call from <L:Madrid> at noon.",
            "Please forward this to <P:John Smith> and <P:Anna Kowalska>.",
            "Hi <P:Sarah>,\n\nthanks for your message. Best regards,\n<P:Tom>",
            "Dear Mr. <P:Müller>, your order has been shipped to <L:Hamburg>.",
            "Dr. <P:Chen> moved from <L:Shanghai> to <L:Toronto> in 2019.",
            "I met <P:Ahmed Hassan> at the <O:University of Oxford> last week.",
            "<O:Siemens> and <O:Deutsche Bank> signed the contract in <L:Munich>.",
            "She worked for <O:Microsoft> before she founded <O:Bright Ideas Ltd>.",
            "Our landlord is <O:Hofmann Immobilien GmbH>, based in <L:Leipzig>.",
            "The invoice from <O:Acme Inc.> was paid by <P:Fatima Khan>.",
            "Ship it to <A:12 Main Street, Springfield, IL 62704> by Friday.",
            "My address is <A:221 Baker Street, London NW1 6XE>.",
            "He lives at <A:Lindenstraße 14, 10969 Berlin> with his sister.",
            "Adresse: <A:8 rue de la Paix, 75002 Paris>",
            "Send the parcel to <A:Via Roma 25, 00184 Roma>.",
            "Office: <A:1600 Maple Avenue, Suite 400, Denver, CO 80202>",
            "Deliver to <A:Flat 3, 47 Church Road, Manchester M14 5TQ>.",
            "Calle <A:Gran Vía 32, 28013 Madrid> is where the shop was.",
            "The patient, <P:Robert Johnson>, was admitted to <O:St. Mary's Hospital>.",
            "Customer name: <P:Emily Davis>\nCity: <L:Chicago>\nCompany: <O:Northwind Traders LLC>",
            '{"name": "<P:Michael Brown>", "city": "<L:Boston>", "age": 44}',
            '{"customer":"<P:Laura Garcia>","employer":"<O:Contoso Ltd>","country":"<L:Spain>"}',
            "name,city,company\n<P:Peter Novak>,<L:Prague>,<O:Skoda Auto>\n",
            "From: <P:Julia Fischer>\nTo: <P:David Wilson>\nSubject: minutes",
            "<P:Kevin> told me that <P:Lisa> has left the team.",
            "The meeting between <P:Olga Ivanova> and <P:Pierre Dubois> took place in <L:Geneva>.",
            "Flights from <L:Frankfurt> to <L:New York> are delayed.",
            "They crossed the <L:Rhine> into <L:France>.",
            "The capital of <L:Australia> is <L:Canberra>, not <L:Sydney>.",
            "<L:Germany>, <L:Italy> and <L:Japan> all voted in favour.",
            "We have offices in <L:San Francisco>, <L:Singapore> and <L:São Paulo>.",
            "my name is <P:daniel miller> and i live in <L:austin>",
            "contact <P:jane doe> in <L:london> for details",
            "<P:Priya Sharma> and <P:Rahul Patel> manage the <L:Bangalore> office.",
            "Ms. <P:Nguyen> called about the lease in <L:Hanoi>.",
            "Signed, <P:James T. Anderson>, for <O:Anderson & Sons>",
            "<P:Hans-Peter Schmidt> wrote the report for <O:BASF SE>.",
            "<P:Sofia Rossi>'s manager at <O:UniCredit> approved the leave.",
            "According to <O:Reuters>, <O:Toyota> will build a plant in <L:Kentucky>.",
            "The <O:World Health Organization> sent a team to <L:Kenya>.",
            "<O:Amazon> hired <P:Carlos Mendes> as a driver in <L:Lisbon>.",
            "- **Account holder:** <P:Thomas Becker>\n- **Branch:** <L:Cologne>",
            "| <P:Alice Martin> | <O:Globex Corporation> | <L:Seattle> |",
            "Attendees: <P:Mark Taylor>, <P:Susan Clark>, <P:Omar Farouk> and <P:Mei Ling>.",
            "You can reach Mrs. <P:Eleanor Wright> at the <L:Dublin> branch.",
            "Professor <P:Yamamoto> teaches at <O:Kyoto University>.",
            "Witness <P:Brian O'Connor> stated that he saw nothing in <L:Cork>.",
            "The shipment goes via <L:Rotterdam> to <O:Maersk Line A/S>.",
            "Tenant: <P:Katarzyna Nowak>, <A:ul. Długa 5, 00-238 Warszawa>",
            "The plumber is coming to <A:55 Elm Drive> on Monday.",
            "<P:Mohammed Ali> and his brother <P:Yusuf> fled from <L:Syria> to <L:Turkey>.",
            "User <P:Grace Lee> (<L:Seoul>) opened ticket 4411 about billing.",
            "Kind regards\n<P:Nina Petersen>\nHead of Sales, <O:Nordlicht AG>",
            "<P:William> is allergic to penicillin; his wife <P:Emma> signed the form.",
            "I asked <P:Isabella Romano> whether <O:Fiat> still produces in <L:Turin>.",
            "PO Box: <A:P.O. Box 1180, Portland, OR 97207>",
            # Nothing to see:
            "Sure! Here is how you can sort a list in Python.",
            "## Getting Started\n\n1. Install the package\n2. Run all tests\n3. Open a Request",
            "def get_user_name(user_id: int) -> str:\n    return User.objects.get(pk=user_id).name",
            "On Monday we deploy, on Tuesday we rest, and in March we plan.",
            "ERROR 2024-05-01 12:00:03 ConnectionPool: timeout after 30s",
            "The API returns JSON; HTTP 404 means Not Found.",
            "SELECT name, city FROM customers WHERE country = 'DE' LIMIT 10;",
            "I think they said that he would come, but she did not.",
            "Use `npm install` and then `npm run build` to create the Bundle.",
            "**Note:** The Total is 42.50 USD including VAT.",
            "Happy Birthday! Enjoy your Christmas holidays and the New Year.",
            "import numpy as np\nfrom pathlib import Path\nclass HttpClient(BaseClient): ...",
            "Click Save, then Settings > Privacy > Delete Account.",
            "The quick brown fox jumps over the lazy dog.",
            "Hello World! My favourite colour is Green and I like Pizza.",
            "WARNING: DO NOT RESTART THE SERVER DURING BACKUP",
            "Step 3: Preheat the oven to 180 degrees and mix flour, sugar and butter.",
            "React, Docker and Kubernetes are popular tools; so are Excel and PowerPoint.",
        ),
    )
)

HELD_OUT = tuple(
    map(
        labelled,
        (
            "<P:Patricia Moore> flew from <L:Denver> to <L:Lima> yesterday.",
            "Could you ask <P:Stefan Weber> to call <P:Linda Harris> back?",
            "Hello <P:Marco>,\n\nI attach the file.\n\nCheers,\n<P:Helen>",
            "Dear Mrs. <P:Jansen>, your appointment in <L:Utrecht> is confirmed.",
            "Dr. <P:Okafor> left <L:Lagos> for <L:Johannesburg> in 2021.",
            "I studied with <P:Leila Haddad> at the <O:University of Amsterdam>.",
            "<O:Volkswagen> and <O:Intel> opened a laboratory in <L:Dresden>.",
            "He was employed by <O:Google> until he started <O:Green Valley Foods Ltd>.",
            "The roof was repaired by <O:Schneider Bau GmbH> from <L:Stuttgart>.",
            "<O:Initech Inc.> owes <P:Raj Kumar> three months of salary.",
            "Please deliver to <A:980 Oak Lane, Austin, TX 78701> before five.",
            "We moved to <A:15 Victoria Road, Leeds LS6 1PF>.",
            "She has a flat at <A:Bahnhofstrasse 3, 8001 Zürich> and a dog.",
            "Adresse : <A:24 avenue Victor Hugo, 69003 Lyon>",
            "Il pacco va a <A:Via Garibaldi 7, 20121 Milano>.",
            "Headquarters: <A:4500 Sunset Boulevard, Floor 9, Los Angeles, CA 90027>",
            "Return it to <A:Apartment 12, 6 Queen Street, Edinburgh EH2 1JE>.",
            "The clinic is at <A:Calle Mayor 18, 28013 Madrid>.",
            "The defendant, <P:George Thompson>, was treated at <O:Mercy General Hospital>.",
            "Full name: <P:Olivia Scott>\nTown: <L:Bristol>\nEmployer: <O:Fabrikam LLC>",
            '{"name": "<P:Samuel Green>", "city": "<L:Atlanta>", "role": "admin"}',
            '{"client":"<P:Elena Popescu>","company":"<O:Danubius SRL>","country":"<L:Romania>"}',
            "name,city,company\n<P:Lars Nielsen>,<L:Copenhagen>,<O:Carlsberg>\n",
            "From: <P:Rebecca Adams>\nTo: <P:Andreas Wagner>\nSubject: next steps",
            "<P:Brandon> said that <P:Megan> would take over on Thursday.",
            "A dinner with <P:Natalia Petrova> and <P:Luc Moreau> was held in <L:Brussels>.",
            "The train from <L:Vienna> to <L:Budapest> takes three hours.",
            "The <L:Danube> flows through <L:Serbia>.",
            "The largest city of <L:Brazil> is <L:São Paulo>, not <L:Brasília>.",
            "<L:Canada>, <L:Mexico> and <L:Chile> signed the treaty.",
            "Our warehouses are in <L:Los Angeles>, <L:Dubai> and <L:Gdańsk>.",
            "my name is <P:karen white> and i come from <L:dallas>",
            "please invite <P:peter jones> from <L:paris> as well",
            "<P:Ananya Gupta> and <P:Vikram Singh> run the <L:Mumbai> site.",
            "Mr. <P:Tanaka> asked about a hotel in <L:Osaka>.",
            "Yours sincerely, <P:Edward J. Collins>, for <O:Collins & Partners>",
            "<P:Anne-Marie Laurent> audited the books of <O:Airbus SE>.",
            "<P:Giulia Bianchi>'s contract with <O:Barilla> ends in May.",
            "<O:Bloomberg> reported that <O:Samsung> will leave <L:Texas>.",
            "The <O:International Monetary Fund> lent money to <L:Argentina>.",
            "<O:Netflix> promoted <P:Diego Fernandez> to head of <L:Bogotá>.",
            "- **Patient:** <P:Martin Schulz>\n- **Clinic:** <L:Bremen>",
            "| <P:Chloe Bernard> | <O:Umbrella Corporation> | <L:Nantes> |",
            "Present: <P:Paul Walker>, <P:Nancy Hill>, <P:Hassan Aziz> and <P:Jin Park>.",
            "Ask for Miss <P:Charlotte King> in the <L:Glasgow> office.",
            "Professor <P:Lindqvist> works at <O:Uppsala University>.",
            "Sergeant <P:Sean Murphy> was on duty in <L:Galway>.",
            "The container left <L:Antwerp> for <O:Hapag-Lloyd AG>.",
            "Owner: <P:Piotr Zielinski>, <A:ul. Polna 11, 31-070 Kraków>",
            "The electrician will be at <A:77 Willow Court> tomorrow.",
            "<P:Amina Diallo> and her son <P:Ibrahim> came from <L:Senegal> to <L:Italy>.",
            "User <P:Victor Hansen> (<L:Oslo>) reported a broken link.",
            "Best wishes\n<P:Clara Hoffmann>\nMarketing, <O:Sonnenschein AG>",
            "<P:Henry> has diabetes; his daughter <P:Alice> brought the papers.",
            "I asked <P:Beatriz Silva> whether <O:Nokia> had paid for the trip to <L:Porto>.",
            "Mail goes to <A:PO Box 77, Salem, OR 97301> only.",
            # Nothing to see:
            "Of course! Let me explain how a hash table works in Java.",
            "# Release Notes\n\n- Fixed a bug in the Parser\n- Added Dark Mode\n- Removed Flash",
            "public static void main(String[] args) { System.out.println(args[0]); }",
            "See you on Wednesday or in October, whichever comes first.",
            "INFO 2023-11-11 08:15:22 WorkerThread-4: Job finished in 12 ms",
            "GraphQL queries return a JSON object with Data and Errors.",
            "UPDATE orders SET status = 'shipped' WHERE id = 1001;",
            "We told them that it was ours, yet nobody believed us.",
            "Run `pip install` first; the Makefile does the rest.",
            "**Summary:** Revenue grew by 12% in Q3, Costs fell by 3%.",
            "Merry Christmas and a Happy New Year to everyone!",
            "const app = express();\napp.use(cors());\nmodule.exports = { Router };",
            "Open File > Export, choose PDF and press Enter.",
            "Pack my box with five dozen liquor jugs.",
            "Good Morning! Today we talk about Photosynthesis and Chlorophyll.",
            "IMPORTANT: READ ALL INSTRUCTIONS BEFORE YOU BEGIN",
            "Step 2: Chop the onions, heat the oil and stir for five minutes.",
            "Terraform, Ansible and Jenkins automate the deployment to Linux.",
        ),
    )
)

UNLISTED = tuple(
    map(
        labelled,
        (
            "After a long search the post went to <P:Thandiwe Mokoena>, who had led the laboratory"
            " in <L:Bloemfontein> for six years and knew every machine by its noise.",
            "It was <P:Siobhan Gallagher> who noticed that the figures from <L:Drogheda> did"
            " not add"
            " up, and she wrote to the accountants the same afternoon.",
            "Neither <P:Zbigniew Wrona> nor his neighbour wanted the tower next to the old mill in"
            " <L:Zamość>, yet the permit was granted.",
            "The patient told us that her uncle, <P:Efraín Quispe>, still keeps llamas above"
            " <L:Ayacucho>.",
            "We agreed that <P:Oluwaseun Adeyemi> signs for the buyer and <P:Ingibjörg Jónsdóttir>"
            " for the seller.",
            "<O:Quillwork> has its kitchen in <L:Ludwigsburg>, but the owners live in"
            " <L:Tübingen>.",
            "A letter from <O:Brightwater Cooperative> says that deliveries to <L:Penzance> stop.",
            "In the morning <P:Thorvald> mends nets; in the evening he teaches <P:Solveig> to"
            " play.",
            "The ticket was opened by <P:Nguyễn Thị Hoa> from <L:Đà Nẵng> and closed by"
            " <P:Kwabena Asante>.",
            "Please note that Frau <P:Obermüller> will only be at the counter in <L:Passau>"
            " until ten.",
            "Her first employer, <O:Lindqvist Möbler AB>, went bankrupt; the second, <O:Tidewell>,"
            " moved to <L:Halmstad>.",
            "Whoever finds the keys should bring them to <A:31 Wexcombe Lane, Truro TR1 2HJ>, says"
            " <P:Aoife>.",
            "The survey covers <L:Ouagadougou>, <L:Cotonou> and three villages north of"
            " <L:Tamale>.",
            "My grandmother <P:Ermintrude Habsworth> was born in <L:Skegness> and died at sea.",
            "Write to <P:Dimitrios Papanikolaou>, <A:Odos Ermou 14, 105 63 Athina>, before June.",
            "According to <P:Haruki Nakagawa>, the ferry from <L:Takamatsu> is never late.",
            "The committee thanked <P:Wojciech> and <P:Bronisława Pawlak> for forty years of work.",
            "Two nurses of <O:Saint Brannock Infirmary> saw <P:Delroy Pinnock> leave by the"
            " back door.",
            "Our lawyer, <P:Xiomara Villanueva>, thinks that <O:Grupo Altamira> will settle.",
            "There is a bakery at <A:Schlossgasse 9, 8010 Graz> whose baker, <P:Leopoldine>,"
            " sings.",
            # Nothing to see:
            "Binary search halves the interval at each step, so it needs about twenty steps for a"
            " million entries; a hash table needs one, but keeps no order.",
            "To brew good coffee, weigh the beans, grind them just before use, and pour slowly.",
            "In short: validate the input, log the failure, and never retry a request that is not"
            " idempotent. The Retry-After header tells clients when to return.",
            "The Pomodoro technique alternates short periods of work with breaks; many people find"
            " that it helps them to begin.",
            "Bubble Sort, Merge Sort and Quick Sort differ in their worst case, not in their"
            " result.",
            "A sonnet has fourteen lines; a haiku has three. Both reward patience.",
        ),
    )
)
