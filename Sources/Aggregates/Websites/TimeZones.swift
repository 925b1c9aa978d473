/// The time zones that a shop may be in: the names of the [IANA time zone database](https://www.iana.org/time-zones) for places, and UTC.
enum TimeZones {
  static func contains(_ name: String) -> Bool { all.contains(name) }

  private static let all: Set<String> = {
    var names: Set<String> = ["UTC", "Etc/UTC"]
    for line in places.split(separator: "\n") {
      let words = line.split(separator: " ")
      for place in words.dropFirst() { names.insert("\(words[0])/\(place)") }
    }
    return names
  }()

  /// A line an area, then its places.
  private static let places = """
    Africa Abidjan Abidjan Accra Addis_Ababa Algiers Algiers Asmara Bamako Bangui Banjul Bissau Bissau Blantyre Brazzaville
    Africa Bujumbura Cairo Cairo Casablanca Casablanca Ceuta Conakry Dakar Dar_es_Salaam Djibouti Douala El_Aaiun El_Aaiun Freetown
    Africa Gaborone Harare Johannesburg Johannesburg Juba Juba Kampala Khartoum Khartoum Kigali Kinshasa Lagos Lagos Libreville
    Africa Lome Luanda Lubumbashi Lusaka Malabo Maputo Maputo Maseru Mbabane Mogadishu Monrovia Monrovia Nairobi Nairobi Ndjamena
    Africa Ndjamena Niamey Nouakchott Ouagadougou Porto-Novo Sao_Tome Sao_Tome Tripoli Tripoli Tunis Tunis Windhoek Windhoek
    America Adak Anchorage Anguilla Antigua Araguaina Argentina/Buenos_Aires Argentina/Catamarca Argentina/Cordoba Argentina/Jujuy
    America Argentina/La_Rioja Argentina/Mendoza Argentina/Rio_Gallegos Argentina/Salta Argentina/San_Juan Argentina/San_Luis
    America Argentina/Tucuman Argentina/Ushuaia Aruba Asuncion Asuncion Atikokan Bahia Bahia_Banderas Barbados Barbados Belem Belize
    America Belize Blanc-Sablon Boa_Vista Bogota Bogota Boise Cambridge_Bay Campo_Grande Cancun Caracas Caracas Cayenne Cayenne
    America Cayman Chicago Chihuahua Ciudad_Juarez Costa_Rica Costa_Rica Coyhaique Creston Cuiaba Curacao Danmarkshavn Dawson
    America Dawson_Creek Denver Detroit Dominica Edmonton Eirunepe El_Salvador El_Salvador Fort_Nelson Fortaleza Glace_Bay Goose_Bay
    America Grand_Turk Grand_Turk Grenada Guadeloupe Guatemala Guatemala Guayaquil Guyana Guyana Halifax Havana Havana Hermosillo
    America Indiana/Indianapolis Indiana/Knox Indiana/Marengo Indiana/Petersburg Indiana/Tell_City Indiana/Vevay Indiana/Vincennes
    America Indiana/Winamac Inuvik Iqaluit Jamaica Jamaica Juneau Kentucky/Louisville Kentucky/Monticello Kralendijk La_Paz La_Paz
    America Lima Lima Los_Angeles Lower_Princes Maceio Managua Managua Manaus Marigot Martinique Martinique Matamoros Mazatlan
    America Menominee Merida Metlakatla Mexico_City Miquelon Miquelon Moncton Monterrey Montevideo Montevideo Montserrat Nassau
    America New_York Nome Noronha North_Dakota/Beulah North_Dakota/Center North_Dakota/New_Salem Nuuk Ojinaga Panama Panama
    America Paramaribo Paramaribo Phoenix Port-au-Prince Port-au-Prince Port_of_Spain Porto_Velho Puerto_Rico Puerto_Rico
    America Punta_Arenas Rankin_Inlet Recife Regina Resolute Rio_Branco Santarem Santiago Santo_Domingo Santo_Domingo Sao_Paulo
    America Scoresbysund Sitka St_Barthelemy St_Johns St_Kitts St_Lucia St_Thomas St_Vincent Swift_Current Tegucigalpa Tegucigalpa
    America Thule Tijuana Toronto Tortola Vancouver Whitehorse Winnipeg Yakutat
    Antarctica Casey Davis DumontDUrville Macquarie Mawson McMurdo Palmer Rothera Syowa Troll Vostok
    Arctic Longyearbyen
    Asia Aden Almaty Amman Amman Anadyr Aqtau Aqtobe Ashgabat Ashgabat Atyrau Baghdad Baghdad Bahrain Baku Baku Bangkok Bangkok
    Asia Barnaul Beirut Beirut Bishkek Bishkek Brunei Chita Colombo Colombo Damascus Damascus Dhaka Dhaka Dili Dili Dubai Dubai
    Asia Dushanbe Dushanbe Famagusta Gaza Hebron Ho_Chi_Minh Ho_Chi_Minh Hong_Kong Hong_Kong Hovd Irkutsk Jakarta Jayapura
    Asia Jerusalem Jerusalem Kabul Kabul Kamchatka Karachi Karachi Kathmandu Kathmandu Khandyga Kolkata Kolkata Krasnoyarsk
    Asia Kuala_Lumpur Kuching Kuwait Macau Macau Magadan Makassar Manila Manila Muscat Nicosia Novokuznetsk Novosibirsk Omsk Oral
    Asia Phnom_Penh Pontianak Pyongyang Pyongyang Qatar Qatar Qostanay Qyzylorda Riyadh Riyadh Sakhalin Samarkand Seoul Seoul
    Asia Shanghai Singapore Singapore Srednekolymsk Taipei Taipei Tashkent Tbilisi Tbilisi Tehran Tehran Thimphu Thimphu Tokyo
    Asia Tokyo Tomsk Ulaanbaatar Urumqi Ust-Nera Vientiane Vladivostok Yakutsk Yangon Yangon Yekaterinburg Yerevan Yerevan
    Atlantic Azores Bermuda Bermuda Canary Cape_Verde Cape_Verde Faroe Faroe Madeira Reykjavik South_Georgia South_Georgia St_Helena
    Atlantic Stanley Stanley
    Australia Adelaide Brisbane Broken_Hill Darwin Eucla Hobart Lindeman Lord_Howe Melbourne Perth Sydney
    Europe Amsterdam Andorra Andorra Astrakhan Athens Athens Belgrade Belgrade Berlin Bratislava Brussels Brussels Bucharest
    Europe Bucharest Budapest Budapest Busingen Chisinau Chisinau Copenhagen Dublin Dublin Gibraltar Gibraltar Guernsey Helsinki
    Europe Helsinki Isle_of_Man Istanbul Istanbul Jersey Kaliningrad Kirov Kyiv Lisbon Ljubljana London London Luxembourg Madrid
    Europe Malta Malta Mariehamn Minsk Minsk Monaco Moscow Oslo Paris Paris Podgorica Prague Prague Riga Riga Rome Rome Samara
    Europe San_Marino Sarajevo Saratov Simferopol Skopje Sofia Sofia Stockholm Tallinn Tallinn Tirane Tirane Ulyanovsk Vaduz
    Europe Vatican Vienna Vienna Vilnius Vilnius Volgograd Warsaw Warsaw Zagreb Zurich Zurich
    Indian Antananarivo Chagos Chagos Christmas Cocos Comoro Kerguelen Mahe Maldives Maldives Mauritius Mauritius Mayotte Reunion
    Pacific Apia Apia Auckland Bougainville Chatham Chuuk Easter Efate Efate Fakaofo Fakaofo Fiji Fiji Funafuti Galapagos Gambier
    Pacific Guadalcanal Guadalcanal Guam Guam Honolulu Kanton Kiritimati Kosrae Kwajalein Majuro Marquesas Midway Nauru Nauru Niue
    Pacific Niue Norfolk Norfolk Noumea Noumea Pago_Pago Pago_Pago Palau Palau Pitcairn Pitcairn Pohnpei Port_Moresby Rarotonga
    Pacific Rarotonga Saipan Tahiti Tarawa Tongatapu Tongatapu Wake Wallis
    """
}
