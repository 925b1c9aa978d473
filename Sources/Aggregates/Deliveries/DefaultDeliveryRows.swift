/// The statuses of the delivery machine, in the page's colours.
extension DeliveryStatus {
  public static let defaultRows: [(id: DeliveryStatusID, row: Row)] = DeliveryStatusName.allCases.map { status in
    let (color, description) =
      switch status {
      case .pending: ("#6c757d", "en attente de préparation")
      case .processing: ("#ffc107", "en cours de préparation")
      case .shipped: ("#17a2b8", "expédiée")
      case .inTransit: ("#007bff", "en transit")
      case .delivered: ("#28a745", "livrée")
      case .failed: ("#dc3545", "échec de livraison")
      case .returned: ("#fd7e14", "retournée à l'expéditeur")
      case .readyForPickup: ("#10B981", "prête à être retirée")
      case .pickedUp: ("#3B82F6", "prise en charge par le transporteur")
      case .outForDelivery: ("#06B6D4", "en cours de livraison")
      case .cancelled: ("#374151", "annulée")
      }
    return (status.id, Row(name: status.rawValue, color: color, description: description))
  }
}

/// The demonstration's sale points; their ids are their places in this list, from 1.
extension SalePoint {
  public static let defaultRows: [(id: SalePointID, row: Row)] = {
    let week = OpeningHours.Day.allCases.map { day -> (OpeningHours.Day, OpeningHours.Hours) in
      switch day {
      case .sunday: (day, .closed)
      case .saturday: (day, .open(from: "10:00", until: "18:00"))
      default: (day, .open(from: "09:00", until: "19:00"))
      }
    }
    let hours = OpeningHours(Dictionary(uniqueKeysWithValues: week))
    let points: [(code: String, name: String, address: String, city: String, postalCode: String, latitude: String, longitude: String)] = [
      ("PAR001", "MNS Paris Centre", "12 rue de Rivoli", "Paris", "75001", "48.85661400", "2.35222190"),
      ("LYN001", "MNS Lyon Bellecour", "5 place Bellecour", "Lyon", "69002", "45.75781370", "4.83201140"),
      ("MAR001", "MNS Marseille Vieux Port", "8 quai du Port", "Marseille", "13002", "43.29536300", "5.37448700"),
      ("TOU001", "MNS Toulouse Capitole", "3 place du Capitole", "Toulouse", "31000", "43.60445400", "1.44396800"),
      ("NIC001", "MNS Nice Promenade", "20 promenade des Anglais", "Nice", "06000", "43.69498400", "7.26563400"),
      ("BOR001", "MNS Bordeaux Centre", "15 rue Sainte-Catherine", "Bordeaux", "33000", "44.83778900", "-0.57918000"),
      ("LIL001", "MNS Lille Grand Place", "1 place du Général-de-Gaulle", "Lille", "59800", "50.63696600", "3.06330500"),
      ("NAN001", "MNS Nantes Commerce", "10 place du Commerce", "Nantes", "44000", "47.21337900", "-1.55815000"),
      ("STR001", "MNS Strasbourg Cathédrale", "6 place de la Cathédrale", "Strasbourg", "67000", "48.58187800", "7.75105700"),
      ("ENT001", "MNS Entrepôt Central", "Zone cargo, 4 rue du Fret", "Roissy-en-France", "95700", "49.00969000", "2.54792500"),
    ]
    return points.enumerated().map { index, point in
      (
        SalePointID(Int64(index + 1)),
        Row(
          name: point.name, code: point.code, address: point.address, city: point.city, postalCode: point.postalCode,
          openingHours: hours, latitude: point.latitude, longitude: point.longitude)
      )
    }
  }()
}
