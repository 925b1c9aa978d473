import EventSourcing
import JSON

extension Ticket {
  /// The ticket as somebody sees it.
  /// - Throws: `notFound` when it is not there, or not for him.
  static func require(_ state: State, seenBy actor: TicketActor) throws(TicketRejection) {
    guard state.status != nil, !state.isDeleted, actor.sees(state) else { throw .notFound }
  }

  /// A ticket that can still be changed.
  static func requireLiving(_ state: State, seenBy actor: TicketActor) throws(TicketRejection) {
    try require(state, seenBy: actor)
    guard state.status != .closed else { throw wrongState(state) }
  }

  /// Opens a ticket.
  static func decide(_ command: OpenTicket, at now: Timestamp) throws(TicketRejection) -> [TicketEvent] {
    let details = Details(
      subject: cleaned(command.subject), description: cleaned(command.description), category: command.category, metadata: command.metadata,
      priority: command.initialPriority, status: .open, assignedTo: nil)
    try check(details)
    if let order = command.order, order.userID != command.userID { throw .invalid(FieldError("order_id", .unknown)) }
    var metadata = TicketMetadata()
    metadata.custom = command.metadata
    if let contact = command.contact { metadata.note(contact: contact) }
    if let order = command.order { metadata.note(order: order) }
    metadata.log(nil, .open, at: now, by: command.openedBy)
    return [
      .opened(
        TicketOpened(
          ticket: TicketKey(ticketID: command.ticketID, ticketNumber: command.ticketNumber, userID: command.userID),
          priority: details.priority, category: details.category, orderID: command.order?.orderID,
          websiteID: command.order?.websiteID, openedBy: command.openedBy,
          deadlines: TicketDeadlines(openedAt: now, details.priority, command.times),
          personal: TicketOpened.Personal(
            subject: details.subject, description: details.description, metadata: metadata.text)))
    ]
  }

  /// What a change comes to, but for who is responsible and the status.
  static func change(
    _ state: State, to details: Details, by actor: TicketActor, _ times: TicketTimes
  ) throws(TicketRejection) -> [TicketEvent] {
    let old = state.details
    var events: [TicketEvent] = []
    if details.subject != old.subject || details.description != old.description || details.category != old.category
      || details.metadata != old.metadata
    {
      try check(details)
      var metadata = state.metadata
      metadata.custom = details.metadata
      events.append(
        .detailsChanged(
          TicketDetailsChanged(
            ticket: state.key, category: details.category, previousCategory: old.category, changedBy: actor.userID,
            personal: TicketDetailsChanged.Personal(
              subject: details.subject, previousSubject: old.subject, description: details.description,
              previousDescription: old.description, metadata: metadata.text, previousMetadata: state.metadata.text))))
    }
    if details.priority != old.priority {
      guard actor.isStaff(for: state) else { throw .staffOnly }
      var deadlines = state.deadlines!
      deadlines.recount(from: old.priority, to: details.priority, times)
      events.append(
        .priorityChanged(
          TicketPriorityChanged(
            ticket: state.key, previousPriority: old.priority, priority: details.priority, changedBy: actor.userID, deadlines: deadlines)))
    }
    return events
  }

  /// A deadline has passed.
  static func miss(_ deadline: TicketDeadline, _ state: State, at now: Timestamp) -> [TicketEvent] {
    guard var deadlines = state.deadlines, let due = deadlines[deadline] else { return [] }
    deadlines[deadline] = nil
    let (expected, actual) = (deadlines.minutes(until: due), deadlines.minutes(until: max(now, due)))
    var metadata = state.metadata
    metadata.log(missed: deadline, expected: expected, actual: actual, at: now)
    return [
      .deadlineMissed(
        TicketDeadlineMissed(
          ticket: state.key, deadline: deadline, previousPriority: state.priority,
          priority: deadline == .response ? state.priority.raised : state.priority, expectedMinutes: expected, actualMinutes: actual,
          assignedTo: state.assignedTo, deadlines: deadlines,
          personal: TicketMovePersonal(subject: state.subject, metadata: metadata.text)))
    ]
  }

  private static func check(_ details: Details) throws(TicketRejection) {
    do {
      try TextRules.required(details.subject, "subject")
      try TextRules.required(details.description, "description", maximum: maximumText)
      try TextRules.optional(details.category, "category", maximum: 100)
      try TicketMetadata.check(custom: details.metadata)
    } catch {
      throw .invalid(error)
    }
  }

  // MARK: Messages

  /// Somebody writes. What a customer writes ends the waiting for him.
  static func decide(_ command: AddTicketMessage, _ state: State, at now: Timestamp) throws(TicketRejection) -> [TicketEvent] {
    try requireLiving(state, seenBy: command.actor)
    guard state.messages[command.messageID] == nil else { return [] }
    guard state.messages.count < maximumMessages else { throw .tooMany(maximum: maximumMessages) }
    let isStaff = command.actor.isStaff(for: state)
    guard isStaff || !command.isInternal else { throw .staffOnly }
    let text = try checked(command.message)
    var deadlines = state.deadlines!
    if isStaff, !command.isInternal { deadlines.responseDueAt = nil }
    let added = TicketEvent.messageAdded(
      TicketMessageAdded(
        ticket: state.key, messageID: command.messageID, senderID: command.actor.userID ?? state.userID,
        senderType: isStaff ? .agent : .customer, isInternal: command.isInternal, deadlines: deadlines,
        personal: TicketMessageText(text)))
    guard !isStaff, state.status == .waitingCustomer else { return [added] }
    return [added, resume(state, by: command.actor, at: now)]
  }

  static func decide(_ command: EditTicketMessage, _ state: State) throws(TicketRejection) -> [TicketEvent] {
    try requireWritable(command.messageID, state, by: command.actor)
    let text = TicketMessageText(try checked(command.message))
    return [
      .messageEdited(
        TicketMessageEdited(ticket: state.key, messageID: command.messageID, editedBy: command.actor.userID, personal: text))
    ]
  }

  static func decide(_ command: DeleteTicketMessage, _ state: State) throws(TicketRejection) -> [TicketEvent] {
    try requireWritable(command.messageID, state, by: command.actor)
    return [
      .messageDeleted(
        TicketMessageDeleted(ticket: state.key, messageID: command.messageID, deletedBy: command.actor.userID))
    ]
  }

  /// Whoever reads has read what the other party wrote. A closed ticket can be read, too.
  static func decide(_ command: ReadTicketMessages, _ state: State) throws(TicketRejection) -> [TicketEvent] {
    try require(state, seenBy: command.actor)
    let isStaff = command.actor.isStaff(for: state)
    if let id = command.messageID { _ = try message(id, state, seenBy: command.actor) }
    let read = state.messages.filter { id, message in
      !message.isRead && (command.messageID ?? id) == id && (message.senderType == .agent) != isStaff && !message.isInternal
    }
    guard !read.isEmpty else { return [] }
    return [
      .messagesRead(TicketMessagesRead(ticket: state.key, messageIDs: read.keys.sorted(), readBy: command.actor.userID))
    ]
  }

  /// A message that somebody sees.
  static func message(_ id: TicketMessageID, _ state: State, seenBy actor: TicketActor) throws(TicketRejection) -> Message {
    guard let message = state.messages[id], !message.isInternal || actor.isStaff(for: state) else { throw .messageNotFound }
    return message
  }

  private static func requireWritable(_ id: TicketMessageID, _ state: State, by actor: TicketActor) throws(TicketRejection) {
    try requireLiving(state, seenBy: actor)
    let message = try message(id, state, seenBy: actor)
    guard actor.isStaff(for: state) || (message.senderID == actor.userID && message.senderType == .customer) else { throw .staffOnly }
  }

  private static func checked(_ message: String) throws(TicketRejection) -> String {
    let text = cleaned(message)
    do {
      try TextRules.required(text, "message", maximum: maximumText)
    } catch {
      throw .invalid(error)
    }
    return text
  }

  // MARK: Files

  /// Whether so many more files can be added by somebody.
  /// - Parameter messageID: the message that they are for.
  static func checkRoom(
    for count: Int, _ messageID: TicketMessageID?, _ actor: TicketActor, _ state: State
  ) throws(TicketRejection) {
    try requireLiving(state, seenBy: actor)
    guard state.files.count + count <= maximumFiles else { throw .tooMany(maximum: maximumFiles) }
    if let messageID {
      do {
        _ = try message(messageID, state, seenBy: actor)
      } catch {
        throw .invalid(FieldError("message_id", .unknown))
      }
    }
  }

  static func decide(_ command: AttachTicketFile, _ state: State) throws(TicketRejection) -> [TicketEvent] {
    try requireLiving(state, seenBy: command.actor)
    guard state.files[command.attachmentID] == nil else { return [] }
    try checkRoom(for: 1, command.messageID, command.actor, state)
    do {
      try TextRules.required(command.originalName, "original_name")
      try TextRules.required(command.filename, "filename")
      try TextRules.required(command.filePath, "file_path")
      try TextRules.required(command.mimeType, "mime_type")
    } catch {
      throw .invalid(error)
    }
    guard command.fileSize >= 0 else { throw .invalid(FieldError("file_size", .outOfRange(minimum: 0, maximum: nil))) }
    return [
      .fileAttached(
        TicketFileAttached(
          ticket: state.key, attachmentID: command.attachmentID, messageID: command.messageID, attachedBy: command.actor.userID,
          filename: command.filename, filePath: command.filePath, mimeType: command.mimeType, fileSize: command.fileSize,
          personal: TicketFileAttached.Personal(originalName: command.originalName)))
    ]
  }

  static func decide(_ command: RemoveTicketFile, _ state: State) throws(TicketRejection) -> [TicketEvent] {
    try requireLiving(state, seenBy: command.actor)
    guard let file = state.files[command.attachmentID] else { throw .attachmentNotFound }
    if let message = file.messageID {
      do {
        _ = try self.message(message, state, seenBy: command.actor)
      } catch {
        throw .attachmentNotFound
      }
    }
    return [
      .fileRemoved(
        TicketFileRemoved(
          ticket: state.key, attachmentID: command.attachmentID, filePath: file.filePath, removedBy: command.actor.userID))
    ]
  }
}
