import Histogram
print("bench")
