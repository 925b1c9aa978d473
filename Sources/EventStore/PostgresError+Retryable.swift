public import EventSourcing
public import Postgres

extension PostgresError: RetryableError {}
extension PostgresTransactionError: RetryableError {}
