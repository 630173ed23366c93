"""What the commands print: tables, lists, costs, and what is kept between runs."""
