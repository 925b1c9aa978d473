import EventSourcing
import Postgres

extension PostgresError: RetryableError {}
extension PostgresTransactionError: RetryableError {}
