import Testing

@testable import ObjectStorage

struct DocumentTests {
  @Test func `leaves are read with their paths, in order`() throws {
    let text = "<?xml version=\"1.0\"?><A xmlns=\"x\"><B><C>1 &amp; 2 &#233;&#x21;</C><C/></B><D> </D></A>"
    let document = try #require(XMLElements(text.utf8))
    #expect(
      document.leaves == [
        .init(path: "A/B/C", text: "1 & 2 é!"), .init(path: "A/B/C", text: ""), .init(path: "A/D", text: " "),
      ])
    #expect(document["A/D"] == " ")
    #expect(document["A/B"] == nil)
  }

  @Test(arguments: ["", "text", "<a>", "<a></b>", "</a>", "<a", "<a>&nbsp;</a>", "<a>&amp</a>", "<a>&#xD800;</a>", "<>x</>"])
  func `what is no document is refused`(_ text: String) {
    #expect(XMLElements(text.utf8) == nil)
  }

  @Test(
    arguments: zip(
      ["http://s3.example:8333", "https://S3.example", "https://s3.example:443/", "http://[::1]:9000"],
      ["http://s3.example:8333", "https://S3.example", "https://s3.example", "http://[::1]:9000"]))
  func `an address is scheme and host, without the usual port`(_ url: String, _ description: String) throws {
    #expect(try ObjectStorageConfiguration(url: url, accessKey: "a", secretKey: "s").description == description)
  }

  @Test(arguments: ["", "s3.example", "ftp://s3.example", "http://", "http://s3.example/bucket", "http://s3.example?x=1"])
  func `an address that is none is refused`(_ url: String) {
    #expect(throws: ObjectStorageConfiguration.InvalidURL.self) {
      try ObjectStorageConfiguration(url: url, accessKey: "a", secretKey: "s")
    }
  }

  @Test func `a configuration does not tell its keys`() throws {
    let configuration = try ObjectStorageConfiguration(url: "http://s3.example", accessKey: "accessible", secretKey: "unspeakable")
    var dumped = ""
    dump(configuration, to: &dumped)
    for text in ["\(configuration)", String(reflecting: configuration), dumped] {
      #expect(!text.contains("unspeakable") && !text.contains("accessible"))
    }
  }
}
