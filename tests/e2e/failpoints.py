"""The plugin's failpoints, by what passes them."""

from on_mariadb import IS_ON_MARIADB

# Passed again and again while postbacks come, by how the mark of an applied event is made.
CLAIM = ["claim.begin", "claim.entry_written", "claim.before_commit", "claim.after_commit"]
COMMIT = (["commit.before", "commit.after"] if IS_ON_MARIADB else
          ["commit.before", "commit.before_sync", "commit.after"])
DELIVER = ["deliver.begin", "deliver.end", "settle.before_commit"]
MARK = {"durable": ["settle.begin", "settle.after_commit"], "later": ["later.begin", "later.end"]}
# Passed at each start, or with what a dead process left.
RECOVERY = ["recover.begin", "recover.flushed", "take.begin"]
LEFT_BEHIND = ["take.before_commit", "take.after_commit", "recover.taken", "recover.delivered"]
# A claim that ends or opens access or renewal, so that it writes the purchase's new epoch as well;
# and its answer.
EPOCH = ["claim.before_commit", "claim.after_commit", "answered.begin"]
# A new ledger is created in this order, with a death at each step.
OPENING = (["open.begin", "open.meta_made", "open.step", "open.tables_made", "open.step_taken"]
           if IS_ON_MARIADB else
           ["open.begin", "open.step", "open.before_commit", "open.after_commit"])
# MariaDB only: after a commit whose answer was lost, and at the end.
FENCE = ["fence.before_commit", "fence.after_commit"] if IS_ON_MARIADB else []
LEAVE = ["leave.before_commit", "leave.after_commit"] if IS_ON_MARIADB else []
KEEPING = ["keep.begin", "keep.entry_written", "keep.end"]
# By the operator's pages, and by the tool, which leaves the delivery to the host.
RELEASE = ["release.begin", "claim.freed_one", "release.before_commit", "release.after_commit",
           "release.decided"]
RELEASE_BY_TOOL = [*RELEASE, "give_back.begin"]
DISMISSAL = ["dismiss.begin", "dismiss.before_commit", "commit.after", "dismiss.after_commit"]
REDELIVERY = ["redeliver.begin", "requeue.before_commit", "redeliver.requeued"]

COVERED = {*CLAIM, *COMMIT, *DELIVER, *MARK["durable"], *MARK["later"], *RECOVERY,
           *LEFT_BEHIND, *EPOCH, *OPENING, *KEEPING, *RELEASE, *RELEASE_BY_TOOL,
           *DISMISSAL, *REDELIVERY, *FENCE, *LEAVE}
# The name prefix of sources of the other back end.
OF_OTHER_BACK_END = ("sqlite_",) if IS_ON_MARIADB else ("mysql_",)
