"""What a team would build instead of Keepsake, of the usual libraries, called one by one.

A gRPC handler on asyncio and uvloop: scikit-learn scores the candidates and reads the mail,
`zen-engine` evaluates the same rules, redis-py keeps the decision. It is written as its libraries'
manuals say: everything is loaded once, one thread each, one table of rules evaluated in one go.
Where Keepsake does more, it does less: no drivers, no law before scores, no guards but one, no
control group, no trace, no replay, and conditions on facts that nobody gave are simply false.
"""
