"""Uses a MongoDB database as a stranger would, and prints what it saw as JSON: use_mongodb_with_pymongo.py URI."""

import json
import sys
from datetime import datetime, timezone

import pymongo
from bson import Int64
from pymongo import DeleteOne, InsertOne, ReturnDocument, UpdateOne
from pymongo.errors import BulkWriteError, DuplicateKeyError, OperationFailure

client = pymongo.MongoClient(sys.argv[1], serverSelectionTimeoutMS=10_000)
database = client.get_default_database()
things = database.get_collection("things", write_concern=pymongo.WriteConcern(w="majority", j=True))
seen = {"ping": client.admin.command("ping")["ok"], "set": client.topology_description.replica_set_name}

things.create_index([("parts", 1)], unique=True, sparse=True)
things.create_index([("to", -1)])
seen["indexes"] = sorted(things.index_information())

at = datetime(2026, 11, 23, 10, 0, tzinfo=timezone.utc)
stored = {"_id": 0, "parts": [b"\x00\xff"], "to": Int64(2**60), "at": at, "ratio": 5.0, "text": "äß\U0001f600"}
things.insert_one(dict(stored))
read = things.with_options(codec_options=things.codec_options.with_options(tz_aware=True)).find_one({"_id": 0})
seen["same"] = read == stored and isinstance(read["to"], Int64) and isinstance(read["ratio"], float)

try:
    things.insert_one({"_id": 1, "parts": [b"\x00\xff"]})
except DuplicateKeyError as error:
    seen["duplicate"] = error.details["keyPattern"]

things.insert_many([{"_id": i, "to": i} for i in range(1, 301)])
seen["newest"] = [one["_id"] for one in things.find({"to": {"$lt": 1000}}).sort("to", -1).limit(3)]
seen["batches"] = sum(1 for _ in things.find({}, batch_size=7))
seen["count"] = things.count_documents({"_id": {"$gt": 290}})
seen["sum"] = list(things.aggregate([{"$match": {"_id": {"$in": [1, 2, 3]}}}, {"$group": {"_id": None, "sum": {"$sum": "$to"}}}]))
after = things.find_one_and_update({"_id": 1}, {"$inc": {"n": 2}}, return_document=ReturnDocument.AFTER)
seen["incremented"] = after["n"]

try:
    requests = [InsertOne({"_id": 1}), UpdateOne({"_id": 500}, {"$set": {"a": 1}}, upsert=True), DeleteOne({"_id": 2})]
    things.bulk_write(requests, ordered=False)
except BulkWriteError as error:
    details = error.details
    codes = [one["code"] for one in details["writeErrors"]]
    seen["bulk"] = [codes, details["nUpserted"], details["nRemoved"]]

with client.start_session(snapshot=True) as session:
    before = things.find_one({"_id": 3}, session=session)
    things.delete_one({"_id": 3})
    seen["snapshot"] = things.find_one({"_id": 3}, session=session) == before and things.find_one({"_id": 3}) is None

with client.start_session() as session:
    with session.start_transaction():
        things.delete_many({"_id": {"$gt": 0}}, session=session)
        session.abort_transaction()
    session.with_transaction(lambda own: things.update_one({"_id": 0}, {"$set": {"done": True}}, session=own))
seen["transaction"] = [things.count_documents({}), things.find_one({"_id": 0})["done"]]

try:
    database.command("frobnicate")
except OperationFailure as error:
    seen["unknown"] = error.code

things.drop()
seen["collections"] = database.list_collection_names()
client.close()
print(json.dumps(seen))
