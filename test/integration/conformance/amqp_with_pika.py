"""A round through the broker with pika: amqp_with_pika.py URL. Prints what it saw as one JSON object."""

import json
import sys
import time

import pika
import pika.exceptions

seen = {}
connection = pika.BlockingConnection(pika.URLParameters(sys.argv[1]))
channel = connection.channel()
channel.confirm_delivery()
channel.exchange_declare("pika", "topic", durable=True)
limits = {"x-queue-type": "quorum", "x-delivery-limit": 3}
channel.queue_declare("from-pika", durable=True, arguments=limits)
channel.queue_bind("from-pika", "pika", "#.error")

headers = {"service": "shop", "count": 5, "list": [1, True, None]}
properties = pika.BasicProperties(delivery_mode=2, message_id="m", headers=headers)
for text in ["one", "two", "three"]:
    channel.basic_publish("pika", "shop.error", text, properties, mandatory=True)
try:
    channel.basic_publish("pika", "shop.info", "nobody", properties, mandatory=True)
except pika.exceptions.UnroutableError as error:
    seen["returned"] = error.messages[0].method.reply_code

# At most two at a time; the first is put back once.
channel.basic_qos(prefetch_count=2)
bodies, redelivered = [], []
for method, got, body in channel.consume("from-pika", inactivity_timeout=10):
    if method is None:
        break
    if body == b"one" and not method.redelivered:
        seen["headers"] = {key: value for key, value in got.headers.items() if not key.startswith("x-")}
        channel.basic_nack(method.delivery_tag, requeue=True)
        continue
    bodies.append(body.decode())
    redelivered.append(method.redelivered)
    channel.basic_ack(method.delivery_tag)
    if len(bodies) == 3:
        break
channel.cancel()
seen["bodies"], seen["redelivered"] = sorted(bodies), sorted(redelivered)

# A question and its answer by direct reply-to.
answers = []
channel.queue_declare("questions", exclusive=True)


def answered(_channel, _method, properties, body):
    answers.append([properties.correlation_id, body.decode()])


channel.basic_consume("amq.rabbitmq.reply-to", answered, auto_ack=True)
asked = pika.BasicProperties(reply_to="amq.rabbitmq.reply-to", correlation_id="7")
channel.basic_publish("", "questions", "question", asked)
other = connection.channel()
_, question, _ = other.basic_get("questions", auto_ack=True)
other.basic_publish("", question.reply_to, "answer", pika.BasicProperties(correlation_id=question.correlation_id))
deadline = time.monotonic() + 10
while not answers and time.monotonic() < deadline:
    connection.process_data_events(time_limit=1)
seen["answers"] = answers

try:
    connection.channel().queue_declare("from-pika", durable=True)
except pika.exceptions.ChannelClosedByBroker as error:
    seen["refused"] = error.reply_code
seen["left"] = channel.queue_declare("from-pika", passive=True).method.message_count
connection.close()
print(json.dumps(seen))
