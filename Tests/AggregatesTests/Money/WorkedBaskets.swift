/// The six worked baskets of the pricing rule, as data; amounts are decimal strings, as in every interface.
let workedBaskets = #"""
  {
    "baskets": [
      {
        "name": "single line, 20 %, no promo",
        "lines": [
          {"unitPriceHT": "12.50", "quantity": 2, "vatRate": "20"}
        ],
        "promo": null,
        "shipping": null,
        "expected": {
          "lines": [
            {"lineHT": "25.00", "discount": "0.00", "netHT": "25.00", "vat": "5.00", "ttc": "30.00"}
          ],
          "shipping": null,
          "vatGroups": [
            {"vatRate": "20", "baseHT": "25.00", "vat": "5.00"}
          ],
          "promo": null,
          "subtotalHT": "25.00", "totalHT": "25.00", "totalDiscount": "0.00", "totalVAT": "5.00", "totalTTC": "30.00"
        }
      },
      {
        "name": "four French rates together, no promo",
        "lines": [
          {"unitPriceHT": "19.99", "quantity": 1, "vatRate": "20"},
          {"unitPriceHT": "7.45", "quantity": 3, "vatRate": "10"},
          {"unitPriceHT": "3.33", "quantity": 2, "vatRate": "5.5"},
          {"unitPriceHT": "2.60", "quantity": 5, "vatRate": "2.1"}
        ],
        "promo": null,
        "shipping": null,
        "expected": {
          "lines": [
            {"lineHT": "19.99", "discount": "0.00", "netHT": "19.99", "vat": "4.00", "ttc": "23.99"},
            {"lineHT": "22.35", "discount": "0.00", "netHT": "22.35", "vat": "2.24", "ttc": "24.59"},
            {"lineHT": "6.66", "discount": "0.00", "netHT": "6.66", "vat": "0.37", "ttc": "7.03"},
            {"lineHT": "13.00", "discount": "0.00", "netHT": "13.00", "vat": "0.27", "ttc": "13.27"}
          ],
          "shipping": null,
          "vatGroups": [
            {"vatRate": "20", "baseHT": "19.99", "vat": "4.00"},
            {"vatRate": "10", "baseHT": "22.35", "vat": "2.24"},
            {"vatRate": "5.5", "baseHT": "6.66", "vat": "0.37"},
            {"vatRate": "2.1", "baseHT": "13.00", "vat": "0.27"}
          ],
          "promo": null,
          "subtotalHT": "62.00", "totalHT": "62.00", "totalDiscount": "0.00", "totalVAT": "6.88", "totalTTC": "68.88"
        }
      },
      {
        "name": "fixed 10.00 over three equal lines, tie goes to the first",
        "lines": [
          {"unitPriceHT": "10.00", "quantity": 1, "vatRate": "20"},
          {"unitPriceHT": "10.00", "quantity": 1, "vatRate": "20"},
          {"unitPriceHT": "10.00", "quantity": 1, "vatRate": "20"}
        ],
        "promo": {"type": "fixed", "value": "10.00"},
        "shipping": null,
        "expected": {
          "lines": [
            {"lineHT": "10.00", "discount": "3.34", "netHT": "6.66", "vat": "1.33", "ttc": "7.99"},
            {"lineHT": "10.00", "discount": "3.33", "netHT": "6.67", "vat": "1.34", "ttc": "8.01"},
            {"lineHT": "10.00", "discount": "3.33", "netHT": "6.67", "vat": "1.33", "ttc": "8.00"}
          ],
          "shipping": null,
          "vatGroups": [
            {"vatRate": "20", "baseHT": "20.00", "vat": "4.00"}
          ],
          "promo": {"code": null, "result": "applied", "amount": "10.00"},
          "subtotalHT": "30.00", "totalHT": "20.00", "totalDiscount": "10.00", "totalVAT": "4.00", "totalTTC": "24.00"
        }
      },
      {
        "name": "percentage 15 across four rates",
        "lines": [
          {"unitPriceHT": "19.99", "quantity": 1, "vatRate": "20"},
          {"unitPriceHT": "7.45", "quantity": 3, "vatRate": "10"},
          {"unitPriceHT": "3.33", "quantity": 2, "vatRate": "5.5"},
          {"unitPriceHT": "2.60", "quantity": 5, "vatRate": "2.1"}
        ],
        "promo": {"type": "percentage", "value": "15"},
        "shipping": null,
        "expected": {
          "lines": [
            {"lineHT": "19.99", "discount": "3.00", "netHT": "16.99", "vat": "3.40", "ttc": "20.39"},
            {"lineHT": "22.35", "discount": "3.35", "netHT": "19.00", "vat": "1.90", "ttc": "20.90"},
            {"lineHT": "6.66", "discount": "1.00", "netHT": "5.66", "vat": "0.31", "ttc": "5.97"},
            {"lineHT": "13.00", "discount": "1.95", "netHT": "11.05", "vat": "0.23", "ttc": "11.28"}
          ],
          "shipping": null,
          "vatGroups": [
            {"vatRate": "20", "baseHT": "16.99", "vat": "3.40"},
            {"vatRate": "10", "baseHT": "19.00", "vat": "1.90"},
            {"vatRate": "5.5", "baseHT": "5.66", "vat": "0.31"},
            {"vatRate": "2.1", "baseHT": "11.05", "vat": "0.23"}
          ],
          "promo": {"code": null, "result": "applied", "amount": "9.30"},
          "subtotalHT": "62.00", "totalHT": "52.70", "totalDiscount": "9.30", "totalVAT": "5.84", "totalTTC": "58.54"
        }
      },
      {
        "name": "minimum reached exactly",
        "lines": [
          {"unitPriceHT": "25.00", "quantity": 2, "vatRate": "20"}
        ],
        "promo": {"type": "fixed", "value": "5.00", "minimum": "50.00"},
        "shipping": null,
        "expected": {
          "lines": [
            {"lineHT": "50.00", "discount": "5.00", "netHT": "45.00", "vat": "9.00", "ttc": "54.00"}
          ],
          "shipping": null,
          "vatGroups": [
            {"vatRate": "20", "baseHT": "45.00", "vat": "9.00"}
          ],
          "promo": {"code": null, "result": "applied", "amount": "5.00"},
          "subtotalHT": "50.00", "totalHT": "45.00", "totalDiscount": "5.00", "totalVAT": "9.00", "totalTTC": "54.00"
        }
      },
      {
        "name": "free shipping",
        "lines": [
          {"unitPriceHT": "20.00", "quantity": 1, "vatRate": "20"},
          {"unitPriceHT": "12.34", "quantity": 1, "vatRate": "5.5"}
        ],
        "promo": {"type": "freeShipping", "value": null},
        "shipping": {"priceHT": "4.92", "vatRate": "20"},
        "expected": {
          "lines": [
            {"lineHT": "20.00", "discount": "0.00", "netHT": "20.00", "vat": "4.00", "ttc": "24.00"},
            {"lineHT": "12.34", "discount": "0.00", "netHT": "12.34", "vat": "0.68", "ttc": "13.02"}
          ],
          "shipping": {"priceHT": "4.92", "discount": "4.92", "netHT": "0.00", "vat": "0.00", "ttc": "0.00"},
          "vatGroups": [
            {"vatRate": "20", "baseHT": "20.00", "vat": "4.00"},
            {"vatRate": "5.5", "baseHT": "12.34", "vat": "0.68"}
          ],
          "promo": {"code": null, "result": "applied", "amount": "4.92"},
          "subtotalHT": "32.34", "totalHT": "32.34", "totalDiscount": "4.92", "totalVAT": "4.68", "totalTTC": "37.02"
        }
      }
    ]
  }
  """#
