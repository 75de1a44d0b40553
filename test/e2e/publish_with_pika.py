"""Publishes one persistent text message, confirmed: publish_with_pika.py URL EXCHANGE ROUTING_KEY TEXT."""

import sys

import pika

url, exchange, routing_key, text = sys.argv[1:]
connection = pika.BlockingConnection(pika.URLParameters(url))
channel = connection.channel()
channel.confirm_delivery()
properties = pika.BasicProperties(content_type="text/plain", delivery_mode=2)
channel.basic_publish(exchange, routing_key, text, properties, mandatory=True)
connection.close()
