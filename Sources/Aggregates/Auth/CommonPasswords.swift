/// Words and runs that passwords are commonly made of: lower case, without accents. Our own collection.
enum CommonPasswords {
  static let all = Set(words.split(whereSeparator: \.isWhitespace).map(String.init))

  /// The shortest and the longest of them.
  static let lengths: ClosedRange<Int> = {
    let lengths = all.map(\.count)
    return lengths.min()!...lengths.max()!
  }()

  /// Characters that follow each other on keyboards, in the alphabet and in counting; the last run joins 9 and 0.
  static let runs: [[Character]] = [
    "abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn", "qwertzuiop",
    "yxcvbnm", "!@#$%^&*()", "1234567890-=", "1qaz2wsx3edc4rfv5tgb6yhn7ujm", "qazwsxedcrfvtgbyhnujm",
  ].map(Array.init)

  private static let words = """
    password passwort motdepasse passord contrasena senha parola passw pass passcode passphrase secret secrets private access
    login logon signin admin administrator administrateur root superuser sysadmin user users username guest test tester testing
    demo default changeme changeit change letmein letmeinnow opensesame sesame welcome bienvenue bienvenida willkommen hello
    bonjour hallo salut coucou ciao hola please thankyou merci sorry temp temporary temppass mustchange newpassword mypassword
    oldpassword yourpassword thepassword thispassword apassword nopassword anypassword company office work business
    iloveyou ilove loveyou love lovers lovely loveme mylove forever always darling sweetheart honey baby babygirl angel angels
    princess princesse prince queen king kingdom chouchou doudou loulou cherie amour jetaime teamo tequiero mon mona bisous
    sunshine sunflower rainbow summer winter spring autumn printemps ete automne hiver monday tuesday wednesday thursday friday
    saturday sunday lundi mardi mercredi jeudi vendredi samedi dimanche january february march april may june july august
    september october november december janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre
    football soccer baseball basketball hockey tennis rugby golf hunter fishing running racing marseille paris london berlin
    madrid lisbon roma rome france french germany england america canada europe quebec lyon bordeaux toulouse nantes lille
    arsenal liverpool chelsea barcelona realmadrid juventus bayern psg allezlom united manchester yankees cowboys steelers
    eagles lakers dragon dragons tiger tigers lion lions bear bears wolf wolves panther falcon eagle phoenix monkey donkey
    chicken turtle rabbit kitty kitten cat cats dog dogs doggy puppy horse poney pony dolphin shark spider butterfly
    batman superman spiderman ironman hulk avengers marvel starwars startrek skywalker vader yoda jedi matrix neo trinity
    pokemon pikachu naruto sonic mario zelda minecraft fortnite roblox warcraft starcraft diablo gandalf frodo hobbit hogwarts
    harry potter harrypotter hermione disney mickey minnie simba nemo elsa barbie snoopy garfield asterix obelix tintin
    michael michel jordan jennifer jessica ashley amanda andrew daniel david robert thomas william charles george joseph
    anthony matthew joshua christopher alexander alexandre nicolas julien sebastien guillaume antoine maxime francois pierre
    philippe laurent olivier stephane frederic christophe camille charlotte caroline isabelle nathalie sandrine valerie
    sophie marie maria anna laura sarah nicole michelle melissa elizabeth victoria samantha veronica patricia martine
    monique catherine christine celine chloe manon lea emma louise alice jules hugo lucas louis gabriel raphael arthur
    adam paul jean jacques marc luc peter hans klaus wolfgang stefan andreas giovanni giuseppe antonio jose juan carlos
    computer ordinateur internet network wifi router server windows microsoft apple macbook iphone android samsung google
    gmail yahoo hotmail outlook facebook twitter instagram youtube netflix spotify amazon paypal linkedin whatsapp linux
    ubuntu debian oracle mysql postgres postgresql mongodb docker kubernetes jenkins github gitlab python java javascript
    swift developer coder hacker hacked security secure safety system software hardware keyboard monitor mouse printer
    comptoir boutique magasin shop store shopping commerce client clients customer vendeur panier produit
    master masters mastermind boss chief captain soldier warrior ninja samurai pirate knight wizard magic magician merlin
    killer shadow ghost demon devil satan lucifer hell heaven god jesus christ jesuschrist christian church blessed faith
    hope grace peace freedom liberty justice destiny dream dreams dreamer star stars starlight moon moonlight sun earth
    ocean river mountain forest flower flowers rose rosebud tulip daisy jasmine cherry apples banana orange lemon peach
    strawberry chocolate chocolat vanilla cookie cookies candy sugar coffee pizza cheese fromage butter pepper ginger
    whiskey vodka tequila champagne guinness heineken corona beer wine money dollar euro rich million millions lottery
    casino poker lucky luck gold golden silver diamond diamonds platinum crystal pearl ruby emerald sapphire
    mustang ferrari porsche mercedes corvette camaro chevrolet toyota honda yamaha kawasaki harley davidson bmw audi peugeot
    renault citroen volkswagen guitar piano music musique metallica nirvana beatles elvis eminem rihanna shakira beyonce
    soleil lune etoile etoiles papillon chaton chien chat cheval oiseau maison famille family maman papa mother father
    sister brother friend friends amis amies copine copain bebe enfant enfants school ecole college student teacher doctor
    nurse police fireman trustno trustnoone fuck fuckyou fuckoff shit asshole bitch merde putain sexy sexsex hottie
    abc abcd abcde abcdef qwerty qwertyuiop azerty azertyuiop qwertz asdf asdfgh asdfghjkl zxcv zxcvbn zxcvbnm wxcvbn
    qsdf qsdfghjklm qazwsx qweasd qweasdzxc aqwzsx zaqwsx poiuy lkjhg mnbvcxz wasd aaa xxx zzz blah blabla foobar foo bar
    baz whatever nothing something anything everything nobody somebody everybody correcthorsebatterystaple
    correcthorsebattery thequickbrownfox loremipsum loremipsumdolor supercalifragilistic onetwothree oneteothree untrois
    undeuxtrois abracadabra hocuspocus open close enter exit start stop begin end first last one two three four five six
    seven eight nine ten zero cheese black white red blue green yellow purple pink brown orange noir blanc rouge bleu vert
    jaune violet purplerain blackjack redsox bluesky greenday whitehouse
    1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y q1w2e3r4 q1w2e3r4t5 q1w2e3r4t5y6 1qaz2wsx 1qaz2wsx3edc zaq12wsx zaq1xsw2 a1b2c3d4
    a1b2c3d4e5f6 abc123 123abc abc123def456 p@ssw0rd pa55word passw0rd pa$$word qwe123 asd123 123qwe 123456a a123456
    """
}
