"""How long the database may take, and how much it may keep."""

# How long anything waits for a lock or a connection before the caller is asked to try again.
WAIT_SECONDS = 5

# A transaction can grow the write-ahead log of SQLite beyond this; the next one truncates it.
JOURNAL_BYTES = 64 * 1024 * 1024

# How long the server lets one statement run. The client waits a second longer: by then the server
# has answered, or the connection to it is dead.
READ_SECONDS = 5
WRITE_SECONDS = 10
ANSWER_SECONDS = 1
# How long the next part of a stream of rows may take. The first one takes as long as the sorting.
STREAM_SECONDS = 600

# A connection that was idle for longer is checked before it's used, and must answer in time.
IDLE_SECONDS = 1.0
CHECK_SECONDS = 2.0
