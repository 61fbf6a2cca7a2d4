"""What happens around every call, outermost first.

1. `recording`  counts, times and logs the call with the code that it ended with
2. `errors`     turns what was raised into a google.rpc.Status
3. `limits`     refuses at once what is more than the server takes
4. `deadlines`  ends the call in time and tells what time remains
5. `identity`   finds out who calls, and whether they may
6. `reading`    weighs, parses and validates each request
7. `packs`      keeps who calls to the packs that they may see

So every refusal is counted and logged, each one raised below `errors` reaches the caller as a
status, an overloaded server verifies no token and does not even parse, nobody unknown has a request
read, and no servicer sees an invalid one.
"""
