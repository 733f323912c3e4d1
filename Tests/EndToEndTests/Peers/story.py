"""What surrounds the program in one story: Amazon SES (moto, with signatures and rights checked), Amazon SNS, and a product
that reports through the client of Segment.

Prints one line of JSON with where SES listens, a key that may send, and the certificate of SNS; then carries out each line
of JSON that comes in and answers with one.
"""
import base64
import datetime
import json
import os
import sys
import urllib.error
import urllib.request

TESTS = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, f"{TESTS}/DeliveryTests/Providers/emulators")
sys.dont_write_bytecode = True

from ses import Emulator  # First: it sets what moto reads when it is imported.
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from segment.analytics.client import Client

CERTIFICATE = "SimpleNotificationService-story.pem"
TOPIC = "arn:aws:sns:us-east-1:123456789012:ses-events"

emulator = Emulator("hi@small.example")
private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sns.amazonaws.com")])
today = datetime.datetime.now(datetime.timezone.utc)
certificate = (
    x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(private.public_key()).serial_number(1)
    .not_valid_before(today - datetime.timedelta(days=1)).not_valid_after(today + datetime.timedelta(days=1))
    .sign(private, hashes.SHA256()))


def feed(order):
    failures = []
    client = Client(order["key"], host=order["address"], on_error=lambda error, items: failures.append(str(error)))
    client.identify("u1", {"email": "ann@a1.example", "name": "Ann", "role": "owner"})
    client.group("u1", "a1", {"name": "Northwind", "seats": 3})
    client.track("u1", "Report Made", {"score": 5})
    client.shutdown()
    return failures


def deliver(order):
    """What SNS posts when SES has delivered a message."""
    moment = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    event = {
        "eventType": "Delivery", "delivery": {"timestamp": moment, "recipients": ["ann@a1.example"]},
        "mail": {
            "timestamp": moment, "messageId": order["id"], "destination": ["ann@a1.example"],
            "tags": {name: [value] for name, value in order["tags"].items()}}}
    notice = {
        "Type": "Notification", "MessageId": "notice-1", "TopicArn": TOPIC, "Message": json.dumps(event),
        "Timestamp": moment, "SignatureVersion": "2",
        "SigningCertURL": f"https://sns.us-east-1.amazonaws.com/{CERTIFICATE}"}
    names = ["Message", "MessageId", "Timestamp", "TopicArn", "Type"]
    text = "".join(f"{name}\n{notice[name]}\n" for name in names)
    signature = private.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    if order.get("forged"):
        signature = signature[:-1] + bytes([signature[-1] ^ 1])
    notice["Signature"] = base64.b64encode(signature).decode()
    request = urllib.request.Request(
        order["address"], json.dumps(notice).encode(), {"Content-Type": "text/plain; charset=UTF-8"}, method="POST")
    try:
        return urllib.request.urlopen(request).status
    except urllib.error.HTTPError as error:
        return error.code


print(json.dumps(emulator.place | {
    "topic": TOPIC, "name": CERTIFICATE,
    "certificate": certificate.public_bytes(serialization.Encoding.PEM).decode()}), flush=True)
orders = {"feed": feed, "messages": lambda order: emulator.messages(), "deliver": deliver}
for line in sys.stdin:
    order = json.loads(line)
    print(json.dumps({"answer": orders[order["do"]](order)}), flush=True)
emulator.server.stop()
