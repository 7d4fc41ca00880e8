"""Numbers, codes, colours and facts as every product tells them."""
