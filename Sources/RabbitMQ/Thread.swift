import CRabbitMQ
import Glibc

/// Runs `body` on a thread of its own, which ends with it.
func startThread(name: String, _ body: @escaping @Sendable () -> Void) {
  final class Start: Sendable {
    let name: String
    let body: @Sendable () -> Void
    init(name: String, body: @escaping @Sendable () -> Void) {
      self.name = name
      self.body = body
    }
  }
  var attributes = pthread_attr_t()
  pthread_attr_init(&attributes)
  pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED))
  var thread = pthread_t()
  let start = Unmanaged.passRetained(Start(name: name, body: body))
  let status = pthread_create(
    &thread, &attributes,
    { argument in
      let start = Unmanaged<Start>.fromOpaque(argument!).takeRetainedValue()
      comptoir_amqp_name_thread(start.name)
      start.body()
      return nil
    }, start.toOpaque())
  pthread_attr_destroy(&attributes)
  precondition(status == 0, "the process can start no thread")
}
