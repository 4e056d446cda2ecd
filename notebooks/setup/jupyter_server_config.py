# JupyterLab for this project only: local, with its token, and silent towards the rest of the world.
import os
import signal
import threading

from jupyter_server.serverapp import ServerApp

c = get_config()  # noqa: F821 (Jupyter provides it)

c.ServerApp.ip = "127.0.0.1"
c.ServerApp.port_retries = 0  # the port was found free; its number has been promised
c.ServerApp.allow_root = True  # in a container there is often nobody else
c.Application.log_level = "WARN"

# The only kernel is this project's; those of the user's other environments stay out.
c.KernelSpecManager.allowed_kernelspecs = {"tslab"}
c.KernelSpecManager.ensure_native_kernel = False
c.MultiKernelManager.default_kernel_name = "tslab"
c.KernelManager.shutdown_wait_time = 1.0  # seconds a busy kernel gets at the end

# No news, no look for updates, no list of extensions from the net.
c.LabApp.news_url = None
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
c.LabApp.extension_manager = "readonly"

# Charts that are read in the dark theme, too: custom/custom.css beside this file.
c.LabApp.custom_css = True
ServerApp.static_custom_path.tag(config=True)  # where Jupyter looks for it; it has no option for that
c.ServerApp.static_custom_path = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "custom")]


def end_with_parent():
    """`npm start` holds the other end of standard input: when it is gone, however it went, so are we."""
    os.read(0, 1)
    os.kill(os.getpid(), signal.SIGTERM)


threading.Thread(target=end_with_parent, daemon=True).start()
