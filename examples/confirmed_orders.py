#!/usr/bin/env python3
"""Hears of confirmed orders, each once and in order, and finds what it missed.

  pip install pika
  RABBITMQ_URL=amqp://… COMPTOIR_URL=http://127.0.0.1:8100 TOKEN=<an administrator's> LAST=0 ./confirmed_orders.py

A message carries its position and that of the one before it with the same routing key. Where that one is unknown, something was missed:
it is fetched over HTTP. A real consumer keeps `last` with what it writes, in one transaction.
"""
import json, os, urllib.request, pika

KEY, last = "orders.order.confirmed", int(os.environ.get("LAST", "0"))

def handle(position, envelope):
    global last
    if position > last:  # else it came before
        print(position, envelope["event_id"], envelope["data"]["order_number"], flush=True)
        last = position

def fetch_missed(before):
    url = f"{os.environ['COMPTOIR_URL']}/api/v1/messages-broker/messages?routing_key={KEY}&after={last}"
    page = json.load(urllib.request.urlopen(urllib.request.Request(url, headers={"Authorization": f"Bearer {os.environ['TOKEN']}"})))
    for message in page["data"]:
        if message["position"] < before:
            handle(message["position"], message["payload"])
    return page["page"]["has_more"] and page["data"][-1]["position"] < before

def received(channel, method, properties, body):
    if "cloudEvents:position" not in (properties.headers or {}):
        return channel.basic_reject(method.delivery_tag, requeue=False)  # published by hand: no event of the log
    position, previous = (int(properties.headers[f"cloudEvents:{name}"]) for name in ("position", "previousposition"))
    while previous > last and fetch_missed(before=position):
        pass
    handle(position, json.loads(body))
    channel.basic_ack(method.delivery_tag)

channel = pika.BlockingConnection(pika.URLParameters(os.environ["RABBITMQ_URL"])).channel()
channel.queue_declare("example.confirmed-orders", durable=True, arguments={"x-queue-type": "quorum", "x-single-active-consumer": True})
channel.queue_bind("example.confirmed-orders", "microservices_exchange", KEY)
channel.basic_qos(prefetch_count=100)
channel.basic_consume("example.confirmed-orders", received)
channel.start_consuming()
