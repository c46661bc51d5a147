// Each test counts the processes it leaves behind, which is only possible one at a time.
[assembly: DoNotParallelize]
