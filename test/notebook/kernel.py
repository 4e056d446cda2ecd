"""Drives the project's own kernel as a front end does. Reads a list of steps as JSON from standard input and
writes what the kernel answered to each as a list.

{"run": code}                    status, and outputs in the order in which they came
{"run": code, "stopAt": text}    the same, with Jupyter's stop button pressed when an output holds the text
{"inspect": code}                what Shift-Tab shows at its end
{"complete": code}               what Tab offers at its end
"""

import json
import queue
import subprocess
import sys
import time

from jupyter_client.manager import KernelManager


def outputs_of(client, message_id, stop_at, manager):
    outputs = []
    while True:
        message = client.get_iopub_msg(timeout=60)
        if message["parent_header"].get("msg_id") != message_id:
            continue
        kind, content = message["msg_type"], message["content"]
        if kind == "status" and content["execution_state"] == "idle":
            return outputs
        if kind in ("stream", "display_data", "update_display_data", "error"):
            outputs.append({"type": kind, **content})
            if stop_at is not None and stop_at in json.dumps(content, ensure_ascii=False):
                stop_at = None
                manager.interrupt_kernel()


def reply_to(client, message_id):
    while True:
        message = client.get_shell_msg(timeout=60)
        if message["parent_header"].get("msg_id") == message_id:
            return message["content"]


def answer(client, manager, step):
    if "run" in step:
        message_id = client.execute(step["run"])
        outputs = outputs_of(client, message_id, step.get("stopAt"), manager)
        status = reply_to(client, message_id)["status"]
        if status == "error":
            time.sleep(0.4)  # tslab drops what is sent to it within 0.2 s of an error
        return {"status": status, "outputs": outputs}
    if "inspect" in step:
        message_id = client.inspect(step["inspect"], len(step["inspect"]))
        return reply_to(client, message_id)["data"].get("text/plain", "")
    message_id = client.complete(step["complete"], len(step["complete"]))
    return reply_to(client, message_id)["matches"]


def started(folder):
    """A kernel that answers. The ports that Jupyter finds free may be taken when the kernel gets to them, by a test
    beside this one: then it is asked once more, for others."""
    for is_last in (False, True):
        manager = KernelManager(kernel_name="tslab")
        # Node makes the pipes that it inherits non-blocking, for this process too, whose output would get lost.
        nowhere = subprocess.DEVNULL
        manager.start_kernel(cwd=folder, stdout=nowhere, stderr=nowhere)
        client = manager.client()
        client.start_channels()
        try:
            client.wait_for_ready(timeout=60)
            return manager, client
        except RuntimeError:
            client.stop_channels()
            manager.shutdown_kernel(now=True)
            if is_last:
                raise


def main():
    manager, client = started(sys.argv[1])
    try:
        json.dump([answer(client, manager, step) for step in json.load(sys.stdin)], sys.stdout)
    except queue.Empty:
        sys.exit("the kernel did not answer within a minute")
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


main()
