/// Every problem that the interface can answer: the one catalogue of codes, statuses and titles.
///
/// The raw value is the stable part of the problem's `type` and never changes once a release had it.
enum ProblemCode: String, Sendable, CaseIterable {
  // What could not be read.
  case invalidJSON = "invalid-json"
  case duplicateField = "duplicate-field"
  case tooDeep = "too-deep"
  case missingBody = "missing-body"
  case unknownParameter = "unknown-parameter"
  case invalidParameter = "invalid-parameter"
  case invalidCursor = "invalid-cursor"
  case invalidHeader = "invalid-header"
  case idempotencyKeyMissing = "idempotency-key-missing"
  case bodyTooLarge = "body-too-large"
  case unsupportedMediaType = "unsupported-media-type"
  case notAcceptable = "not-acceptable"

  // What was read and is wrong.
  case invalidFields = "invalid-fields"
  case unknownField = "unknown-field"
  case missingField = "missing-field"
  case wrongType = "wrong-type"
  case tooLong = "too-long"
  case tooShort = "too-short"
  case tooSmall = "too-small"
  case tooLarge = "too-large"
  case invalidFormat = "invalid-format"
  case valueNotAllowed = "value-not-allowed"
  case nulCharacter = "nul-character"
  case loneSurrogate = "lone-surrogate"
  case commonPassword = "common-password"
  case wrongPassword = "wrong-password"
  case invalidToken = "invalid-token"
  case unknownReference = "unknown-reference"

  // Who asks, and for what.
  case unauthorized = "unauthorized"
  case tokenExpired = "token-expired"
  case invalidCredentials = "invalid-credentials"
  case invalidRefreshToken = "invalid-refresh-token"
  case tooManyRequests = "too-many-requests"
  case forbidden = "forbidden"
  case notFound = "not-found"
  case methodNotAllowed = "method-not-allowed"

  // Repetition and concurrency.
  case idempotencyKeyReused = "idempotency-key-reused"
  case idempotencyKeySpent = "idempotency-key-spent"
  case preconditionFailed = "precondition-failed"
  case preconditionRequired = "precondition-required"
  case positionAhead = "position-ahead"

  // Rules of the domain.
  case stateConflict = "state-conflict"
  case uploadMissing = "upload-missing"
  case fileRefused = "file-refused"
  case alreadyTaken = "already-taken"
  case inUse = "in-use"
  case protected = "protected"
  case insufficientStock = "insufficient-stock"
  case productUnavailable = "product-unavailable"
  case addressUnusable = "address-unusable"
  case regionOfOtherCountry = "region-of-other-country"
  case basketEmpty = "basket-empty"
  case basketFrozen = "basket-frozen"
  case amountTooLarge = "amount-too-large"
  case tooManyLines = "too-many-lines"
  case promoCodeInvalid = "promo-code-invalid"
  case promoCodeExhausted = "promo-code-exhausted"
  case promoCodeAlreadyApplied = "promo-code-already-applied"
  case promoCodeNotCombinable = "promo-code-not-combinable"
  case priceChanged = "price-changed"
  case transitionNotAllowed = "transition-not-allowed"
  case numbersExhausted = "numbers-exhausted"
  case ruleViolated = "rule-violated"

  // The server's side.
  case internalError = "internal-error"
  case unavailable = "unavailable"
  case busy = "busy"
  case readSideBehind = "read-side-behind"
  case projectionParked = "projection-parked"
  case websiteClosed = "website-closed"

  /// The HTTP status, and the title in each language.
  var entry: (status: Int, title: LocalizedText) {
    func answer(_ status: Int, _ english: String, _ french: String) -> (Int, LocalizedText) {
      (status, LocalizedText(english, french))
    }
    switch self {
    case .invalidJSON: return answer(400, "The body is not valid JSON.", "Le corps n'est pas du JSON valide.")
    case .duplicateField: return answer(400, "A field occurs twice.", "Un champ apparaît deux fois.")
    case .tooDeep: return answer(400, "The JSON is nested too deeply.", "Le JSON est imbriqué trop profondément.")
    case .missingBody: return answer(400, "A body is required.", "Un corps est obligatoire.")
    case .unknownParameter: return answer(400, "The query parameter is unknown.", "Le paramètre de requête est inconnu.")
    case .invalidParameter: return answer(400, "The query parameter has no valid value.", "La valeur du paramètre de requête est invalide.")
    case .invalidCursor: return answer(400, "The cursor is not one of this list.", "Le curseur n'appartient pas à cette liste.")
    case .invalidHeader: return answer(400, "A header has no valid value.", "La valeur d'un en-tête est invalide.")
    case .idempotencyKeyMissing: return answer(400, "An Idempotency-Key is required.", "Un en-tête Idempotency-Key est obligatoire.")
    case .bodyTooLarge: return answer(413, "The body is too large.", "Le corps est trop grand.")
    case .unsupportedMediaType: return answer(415, "The media type is not supported.", "Le type de média n'est pas pris en charge.")
    case .notAcceptable: return answer(406, "No acceptable representation exists.", "Aucune représentation acceptable n'existe.")

    case .invalidFields: return answer(422, "Several fields are invalid.", "Plusieurs champs sont invalides.")
    case .unknownField: return answer(422, "The field is unknown.", "Le champ est inconnu.")
    case .missingField: return answer(422, "The field is required.", "Le champ est obligatoire.")
    case .wrongType: return answer(422, "The value has the wrong type.", "La valeur n'est pas du bon type.")
    case .tooLong: return answer(422, "The value is too long.", "La valeur est trop longue.")
    case .tooShort: return answer(422, "The value is too short.", "La valeur est trop courte.")
    case .tooSmall: return answer(422, "The value is too small.", "La valeur est trop petite.")
    case .tooLarge: return answer(422, "The value is too large.", "La valeur est trop grande.")
    case .invalidFormat: return answer(422, "The value has the wrong form.", "La valeur n'a pas la bonne forme.")
    case .valueNotAllowed:
      return answer(422, "The value is not one of those allowed.", "La valeur ne fait pas partie des valeurs permises.")
    case .nulCharacter: return answer(422, "The text holds U+0000.", "Le texte contient U+0000.")
    case .loneSurrogate:
      return answer(422, "The text holds half a surrogate pair.", "Le texte contient une moitié de paire de substitution.")
    case .commonPassword: return answer(422, "The password is a common one.", "Le mot de passe est trop courant.")
    case .wrongPassword: return answer(422, "The current password is wrong.", "Le mot de passe actuel est incorrect.")
    case .invalidToken:
      return answer(422, "The token is not valid, or no longer.", "Le jeton n'est pas valide, ou ne l'est plus.")
    case .unknownReference: return answer(422, "What the field names does not exist.", "Ce que désigne le champ n'existe pas.")

    case .unauthorized: return answer(401, "A valid access token is required.", "Un jeton d'accès valide est nécessaire.")
    case .tokenExpired: return answer(401, "The access token has expired.", "Le jeton d'accès a expiré.")
    case .invalidCredentials: return answer(401, "E-mail or password is wrong.", "L'adresse ou le mot de passe est incorrect.")
    case .invalidRefreshToken:
      return answer(
        401, "The refresh token is not valid: sign in again.", "Le jeton de renouvellement n'est pas valide : reconnectez-vous.")
    case .tooManyRequests: return answer(429, "There were too many requests: try again later.", "Trop de requêtes : réessayez plus tard.")
    case .forbidden: return answer(403, "Your role does not allow this.", "Votre rôle ne le permet pas.")
    case .notFound: return answer(404, "There is no such resource.", "Cette ressource n'existe pas.")
    case .methodNotAllowed: return answer(405, "The method is not allowed here.", "La méthode n'est pas permise ici.")

    case .idempotencyKeyReused:
      return answer(422, "The Idempotency-Key was used for another request.", "Cette Idempotency-Key a servi à une autre requête.")
    case .idempotencyKeySpent:
      return answer(
        409, "The request was carried out; its answer is no longer kept.", "La requête a été exécutée ; sa réponse n'est plus conservée.")
    case .preconditionFailed: return answer(412, "The resource has changed meanwhile.", "La ressource a changé entre-temps.")
    case .preconditionRequired: return answer(428, "An If-Match header is required.", "Un en-tête If-Match est obligatoire.")
    case .positionAhead: return answer(422, "The position is beyond the end of the log.", "La position dépasse la fin du journal.")

    case .stateConflict: return answer(409, "The current state does not allow this.", "L'état actuel ne le permet pas.")
    case .uploadMissing: return answer(409, "Nothing has been uploaded yet.", "Rien n'a encore été envoyé.")
    case .fileRefused:
      return answer(422, "The file is not of the announced kind and size.", "Le fichier n'est pas du type et de la taille annoncés.")
    case .alreadyTaken: return answer(409, "The value is already taken.", "La valeur est déjà prise.")
    case .inUse: return answer(409, "The resource is in use.", "La ressource est utilisée.")
    case .protected: return answer(409, "The resource is a standard one and stays.", "La ressource est standard et reste en place.")
    case .insufficientStock: return answer(422, "There is not enough stock.", "Le stock est insuffisant.")
    case .productUnavailable: return answer(422, "The product is not available.", "Le produit n'est pas disponible.")
    case .addressUnusable: return answer(422, "The address cannot be used.", "L'adresse ne peut pas être utilisée.")
    case .regionOfOtherCountry: return answer(422, "The region belongs to another country.", "La région appartient à un autre pays.")
    case .basketEmpty: return answer(422, "The basket is empty.", "Le panier est vide.")
    case .basketFrozen: return answer(409, "The basket is being checked out.", "Le panier est en cours de commande.")
    case .amountTooLarge: return answer(422, "The amount is too large.", "Le montant est trop grand.")
    case .tooManyLines: return answer(422, "There are too many lines.", "Il y a trop de lignes.")
    case .promoCodeInvalid: return answer(422, "The promotional code is not valid.", "Le code promotionnel n'est pas valide.")
    case .promoCodeExhausted: return answer(422, "The promotional code is used up.", "Le code promotionnel est épuisé.")
    case .promoCodeAlreadyApplied: return answer(409, "The promotional code is already applied.", "Le code promotionnel est déjà appliqué.")
    case .promoCodeNotCombinable:
      return answer(422, "The promotional codes cannot be combined.", "Les codes promotionnels ne sont pas cumulables.")
    case .priceChanged: return answer(409, "A price has changed meanwhile.", "Un prix a changé entre-temps.")
    case .transitionNotAllowed: return answer(409, "The order cannot move to that status.", "La commande ne peut pas passer à ce statut.")
    case .numbersExhausted: return answer(503, "No number is left for today.", "Il ne reste plus de numéro pour aujourd'hui.")
    case .ruleViolated: return answer(422, "A rule forbids this.", "Une règle l'interdit.")

    case .internalError: return answer(500, "Something went wrong on our side.", "Une erreur s'est produite de notre côté.")
    case .unavailable: return answer(503, "The service cannot answer at the moment.", "Le service ne peut pas répondre pour le moment.")
    case .busy: return answer(503, "Too many requests are waiting.", "Trop de requêtes sont en attente.")
    case .readSideBehind:
      return answer(503, "The data asked for has not arrived yet.", "Les données demandées ne sont pas encore arrivées.")
    case .websiteClosed: return answer(503, "The shop is closed at the moment.", "La boutique est fermée pour le moment.")
    case .projectionParked:
      return answer(503, "An event of this row waits for repair.", "Un événement de cette ligne attend une réparation.")
    }
  }

  var status: Int { entry.status }

  /// What `type` holds. A URN, since the document must not name a host.
  var type: String { "urn:problem-type:comptoir:\(rawValue)" }
}
